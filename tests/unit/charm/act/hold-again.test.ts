// A snap that snapd may refresh by itself is held again; where that fails, the status says what to run.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holdAgain } from '../../../../src/charm/act/install.ts'
import { openStandIns } from '../../machine/stand-in.ts'

/** A snap client that lists it with these notes, and holds it so. */
async function holding(notes: string, script = ''): Promise<readonly string[]> {
  using machine = openStandIns()
  const row = `echo 'charmed-etcd  3.6.11   34   3.6/stable  canonical**  ${notes}'`
  machine.add('snap', `case "$1" in list) ${row};; refresh) ${script || 'exit 0'};; esac`)
  await holdAgain()
  return machine.calls()
}

test('it is held, and that is looked at', async () => {
  assert.deepEqual(await holding('held'), ['snap refresh --hold charmed-etcd', 'snap list charmed-etcd'])
})

test('where snapd does not hold it, the status says so, and what to run', async () => {
  const blocked = (words: string): object => ({
    name: 'Blocked',
    message: `snapd may refresh etcd at any time, and does not hold it (${words}); run snap refresh --hold charmed-etcd on this machine`,
  })
  await assert.rejects(holding('-'), blocked('snap list does not say held'))
  await assert.rejects(holding('-', 'echo "error: no" >&2; exit 1'), blocked('error: no'))
})
