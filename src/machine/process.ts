// Running a program and reading what it says. Nothing secret goes into arguments: they are shown by `ps` and in errors.

import { type ExecFileException, execFile } from 'node:child_process'

export interface RunOptions {
  readonly input?: string
  readonly timeoutMs?: number
  readonly env?: Readonly<Record<string, string>>
}

interface Ran {
  readonly command: string
  readonly args: readonly string[]
}

/** The program is not on this machine. */
export class CommandMissing extends Error {
  readonly command: string
  constructor(command: string, cause?: unknown) {
    super(`${command} is not on this machine; install it, or see that it is on the PATH`, { cause })
    this.name = 'CommandMissing'
    this.command = command
  }
}

/** It ran and did not succeed. */
export class CommandFailed extends Error {
  readonly command: string
  readonly args: readonly string[]
  /** `undefined` where it was ended by a signal, by its time limit for one. */
  readonly exitCode: number | undefined
  readonly stderr: string
  constructor(
    { command, args }: Ran,
    how: string,
    exitCode: number | undefined,
    stderr: string,
    cause?: unknown,
  ) {
    super(`${[command, ...args].join(' ')} ${how}${stderr && `: ${stderr}`}`, { cause })
    this.name = 'CommandFailed'
    this.command = command
    this.args = args
    this.exitCode = exitCode
    this.stderr = stderr
  }
}

/** What the program printed, without the last line's end. In English, whatever the machine speaks, since we read it. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { input = '', timeoutMs = 60_000, env = {} } = options
  const { end, stdout, stderr } = await execute(command, args, input, timeoutMs, {
    ...process.env,
    ...env,
    LC_ALL: 'C.UTF-8',
  })
  if (!end) return stdout.replace(/\n$/, '')
  if (end.code === 'ENOENT') throw new CommandMissing(command, end)
  const exitCode = typeof end.code === 'number' ? end.code : undefined
  throw new CommandFailed({ command, args }, describeEnd(end, timeoutMs), exitCode, lastLines(stderr))
}

interface Ended {
  readonly end: ExecFileException | null
  readonly stdout: string
  readonly stderr: string
}

/** By Node itself: a library for it would take longer to load than the programs take that every hook runs (docs/adr). */
function execute(
  command: string,
  args: readonly string[],
  input: string,
  timeout: number,
  env: NodeJS.ProcessEnv,
): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env, timeout, killSignal: 'SIGKILL', maxBuffer: Number.POSITIVE_INFINITY } as const
    const child = execFile(command, args, options, (end, stdout, stderr) => resolve({ end, stdout, stderr }))
    // A program that ends without reading leaves a broken pipe; its exit code says what was wrong.
    child.stdin?.on('error', () => {}).end(input)
  })
}

function describeEnd({ killed, signal, code }: ExecFileException, timeoutMs: number): string {
  if (killed) return `was still running after ${timeoutMs} ms`
  if (signal) return `was ended by ${signal}`
  return typeof code === 'number' ? `exited with ${code}` : 'could not be run'
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-5).join('\n').slice(-1000)
}
