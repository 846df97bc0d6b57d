// What is to blame for a start that ended: what was new in it, or the machine.

import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { findFault } from '../../../../src/charm/act/go-back.ts'
import { atRest } from '../plan/workload/at-rest.ts'
import { openStandIns, type StandIns } from '../../machine/stand-in.ts'
import { workloadIn } from './workload-in.ts'

let machine: StandIns
beforeEach(() => {
  machine = openStandIns()
})
afterEach(() => machine[Symbol.dispose]())

const { run } = atRest().machine
const full =
  '{"level":"fatal","msg":"failed to create WAL","error":"write /data/0.tmp: no space left on device"}'
const unknown = '{"level":"fatal","msg":"discovery failed","error":"tls: bad certificate"}'

const ends: readonly (readonly [systemd: string, log: string, 'new' | 'machine', words: RegExp])[] = [
  ['Result=exit-code', unknown, 'new', /^discovery failed: tls: bad certificate$/],
  ['Result=exit-code', full, 'machine', /^no space left on device; /],
  ['Result=oom-kill', unknown, 'machine', /memory ran out/],
  ['Result=signal\nExecMainStatus=9', '', 'machine', /something on the machine killed it/],
  ['Result=core-dump\nExecMainStatus=11', '', 'new', /^$/],
]

for (const [systemd, log, fault, words] of ends)
  test(`${fault} is to blame for an end by ${systemd.replace('\n', ' ')} and ${log || 'no words'}`, async () => {
    machine.add('systemctl', `printf '${systemd.replace('\n', '\\n')}\\n'`)
    const found = await findFault(workloadIn('/none'), run, log)
    assert.equal(found.ofMachine === true ? 'machine' : 'new', fault)
    assert.match(found.words, words)
  })

test('who lets nobody in for what it trusts was not failed by the machine', async () => {
  machine.add('systemctl', 'echo Result=oom-kill')
  const loading = { version: '3.6.4', configuration: 'c', authorities: 'a', leaves: [], guarded: true }
  const begun = { loading, before: '1', at: 1, lockedOut: 'bad certificate' }
  assert.deepEqual(await findFault(workloadIn('/none'), { ...run, begun }, full), {
    ofMachine: undefined,
    words: 'bad certificate',
  })
})
