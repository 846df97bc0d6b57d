// Actions: what a human asked for and is told.

import * as z from 'zod/mini'
import { plainLines } from '../plain-text.ts'
import type { HookTools } from './hook-tool.ts'

/** Keys are lower-case letters, digits and dashes; nested results get dotted keys. */
export interface ActionResults {
  readonly [key: string]: string | ActionResults
}

export interface Actions {
  /** What the human said, as its declaration in actions.yaml has it; defaults are filled in by Juju. */
  actionParameters(): Promise<Readonly<Record<string, unknown>>>
  actionSet(results: ActionResults): Promise<void>
  /** Marks the action as failed; what it wrote is committed all the same when it exits 0. */
  actionFail(message: string): Promise<void>
  actionLog(message: string): Promise<void>
}

const parametersSchema = z.nullable(z.record(z.string(), z.unknown()))

/** @example await openActions(tools).actionSet({ healthy: 'true' }) */
export function openActions(tools: HookTools): Actions {
  return {
    async actionParameters() {
      return (await tools.runJson('action-get', [], parametersSchema)) ?? {}
    },
    async actionSet(results) {
      const pairs = flatten(results).map(([key, value]) => `${key}=${asArgument(value)}`)
      if (pairs.length > 0) await tools.run('action-set', pairs)
    },
    async actionFail(message) {
      await tools.run('action-fail', ['--', asArgument(message)])
    },
    async actionLog(message) {
      await tools.run('action-log', ['--', asArgument(message)])
    },
  }
}

/** Bytes: Linux starts no program with an argument beyond 128 KiB, its end and a key in front of it included. */
const longest = 130_000

/** Cut where it is too long, so that an action which prints too much says so and does not die of it. */
function asArgument(text: string): string {
  const plain = plainLines(text)
  const bytes = Buffer.from(plain)
  if (bytes.length <= longest) return plain
  const kept = bytes
    .subarray(0, longest - 100)
    .toString()
    .replace(/\ufffd$/, '')
  return `${kept}\n... and ${bytes.length - Buffer.byteLength(kept)} more bytes, which are not printed`
}

function flatten(results: ActionResults, above = ''): readonly (readonly [string, string])[] {
  return Object.entries(results).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${above}${key}`, value] as const] : flatten(value, `${above}${key}.`),
  )
}
