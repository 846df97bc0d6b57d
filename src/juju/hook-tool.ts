// Runs hook tools: by name on the PATH that Juju sets, JSON out, checked by zod. execa is loaded at the first call.

import type * as z from 'zod/mini'
import type { Environment } from './context.ts'
import { classifyFailure, ToolError } from './errors.ts'

export interface Call {
  readonly tool: string
  readonly args: readonly string[]
}

export interface HookTools {
  /** @returns what the tool printed, without the last newline */
  run(tool: string, args: readonly string[], options?: { readonly input?: string }): Promise<string>
  /** Adds `--format=json`. */
  runJson<Schema extends z.core.$ZodType>(
    tool: string,
    args: readonly string[],
    schema: Schema,
  ): Promise<z.infer<Schema>>
  /** All calls of this hook so far, for tests and for the log. */
  readonly calls: readonly Call[]
}

/** Juju's agent answers at once or not at all. */
const timeout = 60_000

/** @example await openHookTools(process.env).run('is-leader', []) */
export function openHookTools(env: Environment): HookTools {
  const calls: Call[] = []
  const run: HookTools['run'] = async (tool, args, { input } = {}) => {
    calls.push({ tool, args })
    const { execa } = await import('execa')
    const result = await execa(tool, [...args], {
      env: setVariables(env),
      extendEnv: false,
      input: input ?? '',
      reject: false,
      timeout,
    })
    if (!result.failed) return result.stdout ?? ''
    const stderr = result.exitCode === undefined ? result.shortMessage : (result.stderr ?? '')
    throw classifyFailure({ tool, args, exitCode: result.exitCode, stderr: stderr ?? '' })
  }
  return {
    run,
    calls,
    async runJson(tool, args, schema) {
      const { safeParse } = await import('zod/mini')
      const text = await run(tool, [...args, '--format=json'])
      const parsed = safeParse(schema, text === '' ? null : parse(tool, args, text))
      if (parsed.success) return parsed.data
      const stderr = `printed something else than expected: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`
      throw new ToolError({ tool, args, exitCode: 0, stderr })
    },
  }
}

function parse(tool: string, args: readonly string[], text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ToolError({ tool, args, exitCode: 0, stderr: 'printed no JSON' }, { cause })
  }
}

function setVariables(env: Environment): Record<string, string> {
  const set = Object.entries(env).filter((row): row is [string, string] => row[1] !== undefined)
  return Object.fromEntries(set)
}
