// The `juju` command, as a story's driver calls it: argument lists, never a shell; JSON on stdout; an error says what was asked
// and what juju said.

import { execa } from 'execa'

export interface Answer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface JujuCli {
  /** `controller:model`, or the model's name where the user's current controller is meant. */
  readonly model: string
  /** Its stdout; throws when juju fails. */
  run(command: string, ...args: readonly string[]): Promise<string>
  /** Whatever juju says, also when it fails: `juju run` and `juju exec` fail with the task, and print it all the same. */
  ask(command: string, ...args: readonly string[]): Promise<Answer>
  /** As `run`, for the few commands that take no model: offer, destroy-model … */
  runWithoutModel(...args: readonly string[]): Promise<string>
}

export class JujuFailed extends Error {
  override readonly name = 'JujuFailed'
}

export function openJujuCli(model: string, told: (line: string) => void = () => {}): JujuCli {
  const call = async (args: readonly string[]): Promise<Answer> => {
    told(`$ juju ${args.join(' ')}`)
    const { exitCode, stdout, stderr, failed, shortMessage } = await execa('juju', args, {
      reject: false,
      stdin: 'ignore',
      stripFinalNewline: false,
    })
    if (exitCode === undefined && failed) throw new JujuFailed(shortMessage)
    return { code: exitCode ?? -1, stdout, stderr }
  }
  const orThrow = async (args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await call(args)
    if (code !== 0) throw new JujuFailed(`juju ${args.join(' ')} failed with ${code}: ${stderr.trim()}`)
    return stdout
  }
  const here = (command: string, args: readonly string[]): readonly string[] => [
    command,
    '-m',
    model,
    ...args,
  ]
  return {
    model,
    run: (command, ...args) => orThrow(here(command, args)),
    ask: (command, ...args) => call(here(command, args)),
    runWithoutModel: (...args) => orThrow(args),
  }
}

/** One word for the shell that juju exec starts on the machine. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** A command line with its environment, for `juju exec`. */
export function commandLine(argv: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const set = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  return [...(set.length > 0 ? ['env', ...set] : []), ...argv].map(quoteWord).join(' ')
}
