// Running a program and reading what it says. Nothing secret goes into arguments: they are shown by `ps` and in errors.

import { execFile } from 'node:child_process'
import { plainText } from '../plain-text.ts'

export interface RunOptions {
  readonly input?: string
  readonly timeoutMs?: number
  readonly env?: Readonly<Record<string, string>>
  /** Ends the program. */
  readonly signal?: AbortSignal
}

interface Ran {
  readonly command: string
  readonly args: readonly string[]
}

interface Outcome {
  readonly how: string
  readonly exitCode: number | undefined
  readonly stderr: string
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
  /** How it ended, in words: `exited with 1`, `was ended by SIGKILL`. */
  readonly how: string
  /** All of it: what decides something is never read from the message, which has the last lines alone. */
  readonly stderr: string
  constructor({ command, args }: Ran, { how, exitCode, stderr }: Outcome, cause?: unknown) {
    const said = lastLines(stderr)
    super(`${[command, ...args].join(' ')} ${how}${said && `: ${said}`}`, { cause })
    this.name = 'CommandFailed'
    this.command = command
    this.args = args
    this.exitCode = exitCode
    this.how = how
    this.stderr = stderr
  }
}

/** What the program said first, which of snapd is what ails it, fit for a status. */
export function firstWords({ message, stderr }: CommandFailed): string {
  return plainText(stderr.split('\n')[0] || message)
}

/** What the program printed, without the last line's end. In English, whatever the machine speaks, since we read it. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { execa } = await import('execa')
  const { input = '', timeoutMs = 60_000, env = {}, signal } = options
  const result = await execa(command, [...args], {
    input,
    timeout: timeoutMs,
    ...(signal && { cancelSignal: signal }),
    env: { ...env, LC_ALL: 'C.UTF-8' },
    reject: false,
  })
  if (!result.failed) return result.stdout
  if (result.code === 'ENOENT') throw new CommandMissing(command, result.cause)
  const how = describeEnd({ ...result, timeoutMs })
  const { exitCode, stderr } = result
  throw new CommandFailed({ command, args }, { how, exitCode, stderr: stderr.trim() })
}

/** For what every hook asks, by Node itself: loading execa takes longer than such a program does (docs/adr/0011). */
export async function query(
  command: string,
  args: readonly string[],
  { timeoutMs = 60_000 }: Pick<RunOptions, 'timeoutMs'> = {},
): Promise<string> {
  const options = { env: { ...process.env, LC_ALL: 'C.UTF-8' }, timeout: timeoutMs }
  return new Promise((resolve, reject) => {
    execFile(command, [...args], options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout.replace(/\n$/, ''))
      if (error.code === 'ENOENT') return reject(new CommandMissing(command, error))
      const exitCode = typeof error.code === 'number' ? error.code : undefined
      const how = describeEnd({
        timedOut: error.killed === true,
        exitCode,
        signal: error.signal,
        timeoutMs,
      })
      reject(new CommandFailed({ command, args }, { how, exitCode, stderr: stderr.trim() }))
    })
  })
}

interface End {
  readonly timedOut: boolean
  readonly timeoutMs: number
  readonly exitCode?: number | undefined
  readonly signal?: string | undefined
}

function describeEnd({ timedOut, timeoutMs, exitCode, signal }: End): string {
  if (timedOut) return `was still running after ${timeoutMs} ms`
  if (signal) return `was ended by ${signal}`
  return exitCode === undefined ? 'could not be run' : `exited with ${exitCode}`
}

function lastLines(text: string): string {
  return text.split('\n').slice(-5).join('\n').slice(-1000)
}
