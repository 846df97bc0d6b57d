import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Observed } from '../../../../../src/charm/observed.ts'
import { planAnswers } from '../../../../../src/charm/plan/clients/answers.ts'
import { planFarewell } from '../../../../../src/charm/plan/cluster/farewell.ts'
import { accepted, ledgerOf, relationKey, settled } from '../../observation.ts'

/** One of two units, which has just left, with a client that was told of both. */
function leaving(leader: boolean): Observed {
  const before = settled()
  const own = before.peers?.units.get('etcd/0')
  assert.ok(before.peers && own)
  const other = { ...own, databag: { ...own.databag, endpoint: '10.0.0.2:2379' } }
  const units = new Map([...before.peers.units, ['etcd/1', other] as const])
  const ledger = ledgerOf([[relationKey(7), accepted('web', { served: true, answeredAs: 'web' })]])
  const served = { ...before, peers: { ...before.peers, units, ledger } }
  const told = planAnswers(served, ledger).ledger
  return { ...served, leader, leaving: true, peers: { ...served.peers, ledger: told } }
}

describe('a unit whose member has left', () => {
  it('takes its endpoint back from its peers', () => {
    const [write, ...others] = planFarewell(leaving(false))
    assert.ok(write?.kind === 'peer-unit/write')
    assert.deepEqual(others, [])
    assert.equal(write.unit.endpoint, undefined)
    assert.equal(write.unit.version, '3.6.4')
    assert.equal(write.renew, false)
  })

  it('sends clients to those that stay, while it still leads', () => {
    const [, answer, ledger, ...others] = planFarewell(leaving(true))
    assert.ok(answer?.kind === 'answer/publish' && ledger?.kind === 'ledger/write')
    assert.deepEqual(others, [])
    assert.deepEqual(answer.answer.endpoints, ['10.0.0.2:2379'])
    assert.equal(answer.answer.responses[0]?.username, 'web')
    assert.ok(ledger.ledger.answers.has(7))
  })

  it('says so once', () => {
    const observed = leaving(true)
    const own = observed.peers?.units.get('etcd/0')
    assert.ok(observed.peers && own)
    const { endpoint: _, ...databag } = own.databag
    const units = new Map(observed.peers.units).set('etcd/0', { ...own, databag })
    assert.deepEqual(planFarewell({ ...observed, peers: { ...observed.peers, units } }), [])
  })
})
