// What this revision can't go by: a hook does nothing, and no action says that it has done something or writes beside it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whyNotOnLeader } from '../../../../src/charm/actions/order.ts'
import { whyNotRecover } from '../../../../src/charm/actions/recover-quorum.ts'
import { findRefresh } from '../../../../src/charm/actions/resume-refresh.ts'
import { decide } from '../../../../src/charm/decide.ts'
import type { Observed } from '../../../../src/charm/observed.ts'
import { whatIsBeyondReading } from '../../../../src/charm/plan/beyond-reading.ts'
import { parsePeerApplication } from '../../../../src/interfaces/etcd-peers.ts'
import { printFormat } from '../../../../src/interfaces/founding.ts'
import { unreadableRows } from '../../../../src/interfaces/ledger.ts'
import { readContext } from '../../../../src/juju/index.ts'
import { settled } from '../observation.ts'
import { running } from '../observed-changes.ts'

const context = readContext({
  JUJU_UNIT_NAME: 'etcd/0',
  JUJU_MODEL_UUID: '01234567-89ab-4cde-8f01-23456789abcd',
  JUJU_CHARM_DIR: '/charm',
  JUJU_DISPATCH_PATH: 'actions/revoke-client',
})

function seen(databag: Readonly<Record<string, string>>): Observed {
  const observed = { ...running(settled()), leader: true }
  assert.ok(observed.peers)
  const { later, unreadable } = parsePeerApplication(databag)
  const application = { ...observed.peers.application, ...(later && { later }), unreadable }
  return { ...observed, peers: { ...observed.peers, application } }
}

const cases = [
  [seen({ state: '2' }), /^the units were told in a format of a later revision.*refresh to it again$/],
  [seen({ options: '[]' }), /told of options; refresh to the revision that wrote it$/],
] as const

test('nothing is planned, and each action that would write says why instead', () => {
  for (const [observed, words] of cases) {
    const { steps, writes, conditions } = decide(observed)
    assert.deepEqual([steps, writes], [[], []])
    assert.match(conditions[0]?.message ?? '', words)
    assert.match(whyNotOnLeader({ context }, observed) ?? '', words)
    assert.match((whyNotRecover(observed, '/data') ?? '').replace(/^refused: /, ''), words)
    assert.match(String(findRefresh(observed)), words)
  }
  const readable = seen({})
  assert.equal(whatIsBeyondReading(readable), undefined)
  assert.equal(whyNotOnLeader({ context }, readable), undefined)
})

test('a later format is told with the first write, and never taken back', () => {
  assert.deepEqual(printFormat({}, 1), {})
  assert.deepEqual(printFormat({}, 2), { state: '2' })
  assert.deepEqual(printFormat({ state: '1' }, 2), { state: '2' })
  assert.deepEqual(printFormat({ state: '3' }, 2), {})
})

test('who is revoked, suspended, leaving or away counts as unreadable where that is spoilt', () => {
  const spoilt = {
    'client.1': '{"state":"adored"}',
    'revoked.2': '{"names":[]}',
    'suspended.3': '{}',
    'departed.web': '7',
    'away.etcd/1': '"yes"',
  }
  assert.deepEqual(unreadableRows(spoilt), Object.keys(spoilt))
  const fine = { 'revoked.2': '["a"]', 'away.etcd/1': '{"since":1}', 'answer.1': '{', 'silent.4': 'web' }
  assert.deepEqual(unreadableRows(fine), [])
})
