// Hook tools as small executables that print, complain and end as told, and note their arguments.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { openJuju } from '../../../src/juju/index.ts'

export interface Outcome {
  readonly out?: string
  readonly err?: string
  readonly code?: number
}

const folder = mkdtempSync(join(tmpdir(), 'juju-'))
/** A line for each call of the tools that were made last. */
export const calls = join(folder, 'calls')
after(() => rmSync(folder, { recursive: true }))

/** Of several outcomes each call has the next one, and the last one goes on. */
export function toolsThat(
  rows: Readonly<Record<string, Outcome | readonly Outcome[]>>,
  env: Readonly<Record<string, string>> = {},
): ReturnType<typeof openJuju> {
  const bin = mkdtempSync(join(folder, 'bin-'))
  writeFileSync(calls, '')
  mkdirSync(join(folder, 'charm'), { recursive: true })
  for (const [tool, outcomes] of Object.entries(rows)) {
    const turns = [outcomes].flat()
    for (const [at, { out = '', err = '', code = 0 }] of turns.entries()) {
      writeFileSync(join(bin, `${tool}.${at}.out`), out)
      writeFileSync(join(bin, `${tool}.${at}.err`), err)
      writeFileSync(join(bin, `${tool}.${at}.code`), String(code))
    }
    const script = `#!/bin/sh
echo "${tool} $*" >>'${calls}'
at=$(cat '${bin}/${tool}.turn' 2>/dev/null || echo 0)
[ "$at" -ge ${turns.length - 1} ] || echo $((at + 1)) >'${bin}/${tool}.turn'
cat "${bin}/${tool}.$at.out"
cat "${bin}/${tool}.$at.err" >&2
exit "$(cat "${bin}/${tool}.$at.code")"
`
    writeFileSync(join(bin, tool), script)
    chmodSync(join(bin, tool), 0o755)
  }
  return openJuju({
    PATH: `${bin}:/usr/bin:/bin`,
    JUJU_CHARM_DIR: join(folder, 'charm'),
    JUJU_MODEL_UUID: 'aafb7941-b11d-45c4-a410-565b281fd150',
    JUJU_UNIT_NAME: 'etcd/0',
    ...env,
  })
}
