// Secrets of requests that ended wait for update-status; whoever never keeps an id makes no more of them than that can remove.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { Observed, RelationSeen } from '../../../../../src/charm/observed.ts'
import { collectedAtOnce } from '../../../../../src/charm/plan/clients/collectable.ts'
import { type Ledger, printLedger } from '../../../../../src/interfaces/ledger.ts'
import { access, leaf, now, relationKey, settled } from '../../observation.ts'
import { running, withClients, withLedger } from '../../observed-changes.ts'

const names = Array.from({ length: 100 }, (_, at) => `mallory-${at}`)

/** A hundred requests under ids of this turn, each with the certificate that it always had. */
function asks(turn: number): RelationSeen {
  const requests = names.map((name) => ({
    asked: { request: `${name}-turn-${turn}`.padEnd(64, '0'), prefix: '/m/', echo: {} },
    certificate: { kind: 'leaf', leaf: leaf(name), secret: undefined } as const,
  }))
  return { kind: 'requests', application: 'mallory', protocol: 'v1', requests }
}

const known = Object.fromEntries(names.map((name) => [name, access(name, '/m/')]))

/** The leader's hook, with etcd and trust as they are to be, and everything that it writes committed. */
function hook(ledger: Ledger, turn: number, more: Partial<Observed> = {}) {
  const rows = [...ledger.entries.values()].map(({ key, entry }) => [key, entry] as const)
  const { entries: _, ...rest } = ledger
  const relations = new Map([[5, asks(turn)]])
  const seen = withClients(withLedger(settled(), rows, rest), { relations, members: new Map([[5, 1]]) })
  const { writes } = decide({ ...running(seen, known), now: now + turn * 30_000, ...more })
  const [written] = writes.flatMap((write) => (write.kind === 'ledger/write' ? [write.ledger] : []))
  const collected = writes.flatMap((write) => (write.kind === 'secrets/collect' ? write.requests : []))
  return { ledger: written ?? ledger, collected }
}

describe('a client that never keeps the id of a request', () => {
  let ledger = withLedger(settled(), []).peers?.ledger ?? assert.fail()
  for (let turn = 0; turn < 40; turn += 1)
    for (let times = 0; times < 2; times += 1) ledger = hook(ledger, turn).ledger

  it('fills neither the record nor Juju between two of update-status', () => {
    assert.ok(ledger.collectable.size <= 300, `${ledger.collectable.size} are to be collected`)
    assert.ok(JSON.stringify(printLedger(ledger)).length < 200_000)
    const codes = [...ledger.entries.values()].map(({ entry }) => entry.state === 'refused' && entry.code)
    assert.deepEqual([...new Set(codes)], ['requests-ending'])
  })

  it('is cleaned up after by and by, and then served again', () => {
    let cleaned = ledger
    for (let turn = 0; turn < 4; turn += 1) {
      const at = now + (100 + turn) * 300_000
      const update = hook(cleaned, 99, { collect: true, sweep: true, now: at })
      assert.ok(update.collected.length <= collectedAtOnce)
      cleaned = update.ledger
    }
    assert.equal(cleaned.collectable.size, 0)
    const states = [...cleaned.entries.values()].map(({ entry }) => entry.state)
    assert.deepEqual([...new Set(states)], ['accepted'])
  })
})

describe('the key that a requirer of another model encrypts by', () => {
  const collected = (crossModel: Ledger['crossModel']) => {
    const key = relationKey(5)
    const collectable = new Map([['client.5', key]])
    const seen = running(withLedger(settled(), [], { collectable, crossModel }))
    return decide({ ...seen, collect: true }).writes.flatMap((write) =>
      write.kind === 'secrets/collect' ? [{ requests: write.requests, ended: write.ended }] : [],
    )
  }

  it('stays while the relation does, though its request by v0 has ended', () => {
    const requests = [relationKey(5)]
    assert.deepEqual(collected(new Map([[5, 'live']])), [{ requests, ended: [] }])
    assert.deepEqual(collected(new Map([[5, 'suspended']])), [{ requests, ended: [] }])
  })

  it('goes with the relation', () => {
    assert.deepEqual(collected(new Map()), [{ requests: [relationKey(5)], ended: [5] }])
  })
})
