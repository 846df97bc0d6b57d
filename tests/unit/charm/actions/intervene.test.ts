// A restore that is under way, on a leader that is being removed: to take it back is one write, to go on without a unit is not.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { goOnWithout } from '../../../../src/charm/actions/restore/intervene.ts'
import type { Observed } from '../../../../src/charm/observed.ts'
import { openJuju, readContext } from '../../../../src/juju/index.ts'
import { openStandIns } from '../../machine/stand-in.ts'
import { settled } from '../observation.ts'

const machine = openStandIns()
after(() => machine[Symbol.dispose]())
for (const tool of ['action-set', 'action-fail']) machine.add(tool, '')

const env = {
  ...process.env,
  JUJU_UNIT_NAME: 'etcd/0',
  JUJU_MODEL_UUID: 'u',
  JUJU_CHARM_DIR: '/nowhere',
  JUJU_DISPATCH_PATH: 'actions/restore',
}
const charm = {
  context: readContext(env),
  juju: openJuju(env),
  now: 0,
  deadline: AbortSignal.timeout(60_000),
}
const parameters = {
  file: undefined,
  backupId: undefined,
  source: undefined,
  keepUsers: [],
  without: ['etcd/1'],
  force: true,
  confirm: false,
  undo: false,
  skipSafetyBackup: false,
}

function restoring(): Observed {
  const observed = settled()
  const { peers } = observed
  const own = peers?.units.get('etcd/0')
  assert.ok(peers && own)
  const restore = {
    unit: 'etcd/0',
    snapshot: 'a.db',
    before: { founder: 'etcd/0', token: 'earlier', generation: 1, born: true },
  }
  const founding = { founder: 'etcd/0', token: 'token', generation: 2, restore }
  const units = new Map([...peers.units, ['etcd/1', own]])
  return { ...observed, peers: { ...peers, units, application: { ...peers.application, founding } } }
}

test('a leader that is being removed goes on without no unit, and says who does', async () => {
  await goOnWithout(charm, restoring(), parameters)
  assert.match(machine.calls()[0] ?? '', /^action-set outcome=a\.db is restored without etcd\/1/)
  const before = machine.calls().length
  await goOnWithout(charm, { ...restoring(), leaving: true }, parameters)
  assert.deepEqual(machine.calls().slice(before), [
    'action-fail -- etcd/0 is being removed; run it on the new leader once etcd/0 is gone',
  ])
})
