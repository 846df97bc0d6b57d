import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onlyOnLeader, whyNotAsLeader } from '../../../../src/charm/actions/on-leader.ts'
import { whyNotOnLeader } from '../../../../src/charm/actions/order.ts'
import { whyNotRecover } from '../../../../src/charm/actions/recover-quorum.ts'
import { whyNotNow } from '../../../../src/charm/actions/restore/refusals.ts'
import { findRefresh } from '../../../../src/charm/actions/resume-refresh.ts'
import { settled } from '../observation.ts'
import { running } from '../observed-changes.ts'
import { clusterOf, three } from '../plan/refresh/standing.ts'
import { readContext } from '../../../../src/juju/index.ts'

const context = readContext({
  JUJU_UNIT_NAME: 'web-etcd/1',
  JUJU_MODEL_NAME: 'm',
  JUJU_MODEL_UUID: '01234567-89ab-4cde-8f01-23456789abcd',
  JUJU_CHARM_DIR: '/charm',
  JUJU_VERSION: '3.6.0',
  JUJU_MACHINE_ID: '1',
  JUJU_DISPATCH_PATH: 'actions/delete-backup',
  JUJU_ACTION_NAME: 'delete-backup',
  JUJU_ACTION_UUID: '7',
})

test('a refusal names the application as it is called, and the action that was run', () => {
  const [who, command] = [
    'only the leader may do this; run it there',
    'juju run web-etcd/leader delete-backup',
  ]
  const words = `${who} with the same parameters: ${command}`
  assert.equal(onlyOnLeader({ context }), words)
  assert.equal(onlyOnLeader({ context }, 'confirm=true'), `${who}: ${command} confirm=true`)
  assert.equal(whyNotOnLeader({ context }, { ...settled(), leader: false }), words)
})

test('a leader on its way out takes no order for others, and says whose it is once the unit is gone', () => {
  const observed = { ...running(settled()), leaving: true }
  const words = 'etcd/0 is being removed; run it on the new leader once etcd/0 is gone'
  assert.equal(whyNotAsLeader({ context }, observed), words)
  assert.equal(whyNotOnLeader({ context }, observed), words)
  assert.equal(whyNotNow(observed, []), words)
  assert.equal(whyNotRecover(observed, '/data'), `refused: ${words}`)
  assert.equal(whyNotAsLeader({ context }, { ...observed, leaving: false }), undefined)
  assert.equal(whyNotOnLeader({ context }, { ...observed, leaving: false }), undefined)
})

test('a unit on its way out is not refreshed any more, and its order would take the pause of the others away', () => {
  const observed = clusterOf({ units: three('3.5.30'), self: 2, to: '3.5.31' })
  const words = 'etcd/2 is being removed; run it on the unit that is next once etcd/2 is gone'
  assert.equal(findRefresh({ ...observed, leaving: true }), words)
})
