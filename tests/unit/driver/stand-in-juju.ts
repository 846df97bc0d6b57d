// A `juju` on the PATH that notes its arguments and prints what output/ holds for the command.

import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Profile } from '../../stories/driver/driver.ts'
import { openStandIns } from '../machine/stand-in.ts'

export interface StandInJuju extends Disposable {
  /** The arguments of each call so far. */
  calls(): readonly (readonly string[])[]
  /** From now on, that command prints this file of output/, and on stderr the text, and exits with the code. */
  answer(command: string, file: string, code?: number, stderr?: string): void
  /** From now on, that command prints this text. */
  say(command: string, text: string): void
  /** Only a call that has this word among its arguments fails so. */
  refuse(command: string, word: string, stderr: string): void
  /** As `answer`, from the moment that another command was called. */
  answerAfter(cause: string, command: string, file: string): void
}

const output = join(import.meta.dirname, 'output')
const asUsual = ['status', 'show-unit', 'secrets', 'show-secret', 'storage', 'models', 'show-model', 'config']

export function outputOf(profile: Profile, name: string): string {
  return readFileSync(join(output, profile, `${name}.json`), 'utf8')
}

export function openStandInJuju(profile: Profile): StandInJuju {
  const standIns = openStandIns()
  const { folder } = standIns
  const file = (name: string): string => join(output, profile, `${name}.json`)
  const notes = join(folder, 'arguments')
  // \037 ends an argument and \036 a call: neither is in any of them.
  standIns.add(
    'juju',
    `printf '%s\\037' "$@" >> "${notes}"; printf '\\036' >> "${notes}"
[ ! -e "${folder}/$1.next" ] || . "${folder}/$1.next"
[ ! -e "${folder}/$1.refusal" ] || . "${folder}/$1.refusal"
[ ! -e "${folder}/$1.json" ] || cat "${folder}/$1.json"
[ ! -e "${folder}/$1.stderr" ] || cat "${folder}/$1.stderr" >&2
[ ! -e "${folder}/$1.code" ] || exit "$(cat "${folder}/$1.code")"`,
  )
  const answer = (command: string, name: string, code = 0, stderr = ''): void => {
    if (existsSync(file(name))) copyFileSync(file(name), join(folder, `${command}.json`))
    else writeFileSync(join(folder, `${command}.json`), '')
    writeFileSync(join(folder, `${command}.code`), String(code))
    writeFileSync(join(folder, `${command}.stderr`), stderr)
  }
  for (const command of asUsual) answer(command, command)
  answer('run', 'run-completed')
  answer('exec', 'exec')
  return {
    answer,
    say: (command, text) => writeFileSync(join(folder, `${command}.json`), text),
    refuse: (command, word, stderr) =>
      writeFileSync(
        join(folder, `${command}.refusal`),
        `case " $* " in *" ${word} "*) echo '${stderr}' >&2; exit 1 ;; esac\n`,
      ),
    answerAfter: (cause, command, name) =>
      writeFileSync(join(folder, `${cause}.next`), `cp "${file(name)}" "${folder}/${command}.json"\n`),
    calls: () => {
      const text = existsSync(notes) ? readFileSync(notes, 'utf8') : ''
      const calls = text.split('\x1e').slice(0, -1)
      return calls.map((call) => call.split('\x1f').slice(0, -1))
    },
    [Symbol.dispose]: () => standIns[Symbol.dispose](),
  }
}
