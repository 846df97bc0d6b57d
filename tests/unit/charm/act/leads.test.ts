// Who may have lost the leadership since it was asked for it changes no access in etcd.

import assert from 'node:assert/strict'
import { after, mock, test } from 'node:test'
import { act } from '../../../../src/charm/act/act.ts'
import type { Charm } from '../../../../src/charm/charm.ts'
import { openJuju, readContext } from '../../../../src/juju/index.ts'
import { openStandIns } from '../../machine/stand-in.ts'
import { settled } from '../observation.ts'

const machine = openStandIns()
after(() => machine[Symbol.dispose]())
machine.add('juju-log', '')
const env = { ...process.env, JUJU_UNIT_NAME: 'etcd/0', JUJU_DISPATCH_PATH: 'hooks/update-status' }
const steps = [{ kind: 'user/delete', user: 'web', why: '' }] as const
const timesAsked = (): number => machine.calls().filter((line) => line.startsWith('is-leader')).length

test('a leader whose machine stood still asks whether it leads before it changes access, and goes no further if not', async () => {
  mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  const juju = openJuju(env)
  const charm: Charm = {
    context: readContext({ ...env, JUJU_MODEL_UUID: 'u', JUJU_CHARM_DIR: '/nowhere' }),
    juju,
    now: 1_000_000,
    deadline: AbortSignal.timeout(60_000),
  }
  const begin = (leader: boolean) => act(charm, { ...settled(), leader }, steps)
  machine.add('is-leader', 'echo true')
  assert.equal(await juju.isLeader(), true)
  machine.add('is-leader', 'echo false')
  // There is no certificate to ask etcd with on this machine.
  await assert.rejects(begin(true), /admin certificate/)
  assert.equal(timesAsked(), 1)

  mock.timers.tick(20_001)
  await assert.rejects(begin(false), /admin certificate/)
  assert.equal(timesAsked(), 1)
  await assert.rejects(begin(true), /leads no more/)
  assert.equal(timesAsked(), 2)
  mock.timers.reset()
})
