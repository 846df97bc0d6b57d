// Runs hook tools: by name on the PATH that Juju sets, JSON out, checked by zod. Without a library: that would take longer to load than all the
// tools of a hook with nothing to do take to run (docs/adr).

import { execFile } from 'node:child_process'
import * as z from 'zod/mini'
import type { Environment } from './context.ts'
import { classifyFailure, ToolError } from './errors.ts'
import { type Ended, isPlainWord, openToolShells } from './tool-shell.ts'

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

/**
 * The agent runs one tool of a hook after the other, and `resource-get` among them downloads: the others wait that long. One that takes longer
 * than any download should is never answered.
 */
const timeout = 1_800_000

/** A shell's exit code for a command that is not there; Juju's own are 0 to 2. */
export const noSuchTool = 127

/** @example await openHookTools(process.env).run('is-leader', []) */
export function openHookTools(env: Environment): HookTools {
  const calls: Call[] = []
  const variables = setVariables(env)
  const shells = openToolShells(variables, timeout)
  const execute = (words: readonly string[], input: string): Promise<Ended> =>
    input === '' && words.every(isPlainWord) ? shells.run(words) : fork(words, input, variables)
  const run: HookTools['run'] = async (tool, args, { input = '' } = {}) => {
    calls.push({ tool, args })
    const { exitCode, stdout, stderr } = await execute([tool, ...args], input)
    if (exitCode === 0) return stdout.replace(/\n$/, '')
    // What never ran or never ended by itself said nothing: its text is a shell's or Node's, with the arguments in it.
    const call = { tool, args, exitCode, stderr }
    throw exitCode === undefined || exitCode === noSuchTool ? new ToolError(call) : classifyFailure(call)
  }
  return {
    run,
    calls,
    async runJson(tool, args, schema) {
      const text = await run(tool, [...args, '--format=json'])
      const parsed = z.safeParse(schema, text === '' ? null : parse(tool, args, text))
      if (parsed.success) return parsed.data
      const stderr = `printed something else than expected: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`
      throw new ToolError({ tool, args, exitCode: 0, stderr })
    },
  }
}

/** For what needs an input, or has words that a shell would split. */
function fork(
  [tool = '', ...args]: readonly string[],
  input: string,
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  return new Promise((resolve) => {
    // A databag may hold megabytes, and what Juju prints is whole or nothing.
    const options = { env, timeout, killSignal: 'SIGKILL', maxBuffer: Number.POSITIVE_INFINITY } as const
    const child = execFile(tool, args, options, (error, stdout, stderr) => {
      if (!error) return resolve({ exitCode: 0, stdout, stderr })
      const exitCode = typeof error.code === 'number' ? error.code : undefined
      resolve({ exitCode, stdout, stderr: exitCode === undefined ? error.message : stderr })
    })
    // A tool that ends without reading leaves a broken pipe; its exit code says what was wrong.
    child.stdin?.on('error', () => {}).end(input)
  })
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
