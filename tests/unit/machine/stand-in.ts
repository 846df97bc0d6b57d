// Programs of the machine as the tests need them: a script on the PATH that notes how it was called and answers as told.

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface StandIns extends Disposable {
  readonly folder: string
  /** `script` is POSIX sh. */
  add(name: string, script: string): void
  /** The arguments of each call so far, one line a call, of every program. */
  calls(): readonly string[]
}

export function openStandIns(): StandIns {
  const folder = mkdtempSync(join(tmpdir(), 'stand-ins-'))
  const path = process.env.PATH
  const notes = join(folder, 'calls.txt')
  process.env.PATH = `${folder}:${path}`
  return {
    folder,
    add: (name, script) => {
      const file = join(folder, name)
      writeFileSync(file, `#!/bin/sh\nset -u\necho "${name} $*" >> "${notes}"\n${script}\n`)
      chmodSync(file, 0o755)
    },
    calls: () => (existsSync(notes) ? readFileSync(notes, 'utf8').trim().split('\n') : []),
    [Symbol.dispose]: () => {
      process.env.PATH = path
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
