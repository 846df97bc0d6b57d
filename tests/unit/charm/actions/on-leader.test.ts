import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onlyOnLeader } from '../../../../src/charm/actions/on-leader.ts'
import { whyNotOnLeader } from '../../../../src/charm/actions/order.ts'
import { settled } from '../observation.ts'
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
