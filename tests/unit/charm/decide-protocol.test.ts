// What a requirer may do within one relation: move to another protocol, replace its certificate twice, be refused and mend it.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../src/charm/decide.ts'
import type { Observed, RelationSeen } from '../../../src/charm/observed.ts'
import { nextLedger } from '../../../src/charm/plan/clients/ledger.ts'
import { accepted, access, leaf, ledgerOf, offers, relationKey, settled } from './observation.ts'
import { kinds, ledgerEntry, running, withClients, withLedger } from './observed-changes.ts'

const members = new Map([[5, 1]])
const served = accepted('alice', { served: true, answeredAs: 'alice' })

function asV1(seen: RelationSeen, request: string): RelationSeen {
  assert.ok(seen.kind === 'requests')
  const requests = seen.requests.map((row) => ({ ...row, asked: { ...row.asked, request } }))
  return { ...seen, protocol: 'v1', requests }
}

function answerIn(observed: Observed) {
  const write = decide(observed).writes.find(({ kind }) => kind === 'answer/publish')
  assert.ok(write?.kind === 'answer/publish')
  return write.answer
}

describe('a request that goes by another id', () => {
  const answers = new Map([[5, 'digest']])
  const before = running(withLedger(settled(), [[relationKey(5), served]], { answers }), {
    alice: access('alice'),
  })
  const relations = new Map([[5, asV1(offers('alice'), 'abc')]])
  const moved = withClients(before, { relations, members })

  it('keeps user and trust where the certificate is the same (N07, N09)', () => {
    assert.deepEqual(kinds(decide(moved).steps), [])
    assert.equal(ledgerEntry(moved, 'client.5'), undefined)
    assert.equal(ledgerEntry(moved, 'client.5.abc')?.state, 'accepted')
  })

  it('is told nothing in the old shape meanwhile', () => {
    assert.deepEqual([answerIn(moved).protocol, answerIn(moved).responses], ['v1', []])
  })
})

describe('a list of requests that becomes empty', () => {
  it('is silence in the protocol that it was written in, and ends what was there (N02)', () => {
    const v1 = accepted('alice', { protocol: 'v1', served: true, answeredAs: 'alice' })
    const answers = new Map([[5, 'digest']])
    const before = running(withLedger(settled(), [[relationKey(5, 'abc'), v1]], { answers }), {
      alice: access('alice'),
    })
    const silent = { kind: 'silent', application: 'web', protocol: 'v1' } as const
    const emptied = withClients(before, { relations: new Map([[5, silent]]), members, heard: new Set([5]) })
    assert.deepEqual(kinds(decide(emptied).steps).slice(0, 2), ['user/delete', 'role/delete'])
    assert.deepEqual([answerIn(emptied).protocol, answerIn(emptied).responses], ['v1', []])
    assert.deepEqual([...nextLedger(emptied).silent], [[5, 'web']])
    // A later hook that is about something else has nothing to add.
    const later = running(withLedger(settled(), [], { answers, silent: new Map([[5, 'web']]) }))
    assert.deepEqual(kinds(decide(later).writes), [])
  })
})

describe('a request that ended and comes back', () => {
  it('keeps the secrets that were to be collected', () => {
    const key = relationKey(5, 'abc')
    const collectable = new Map([['client.5.abc', key]])
    const relations = new Map([[5, asV1(offers('alice'), 'abc')]])
    const back = withClients(running(withLedger(settled(), [], { collectable })), { relations, members })
    assert.equal(nextLedger(back).collectable.size, 0)
    assert.ok(!kinds(decide({ ...back, collect: true }).writes).includes('secrets/collect'))
  })
})

describe('a certificate that is replaced twice', () => {
  it('leaves the first one trusted until the last is, and drops the one between', () => {
    const second = accepted('alice', { leaf: leaf('alice', 'two'), retiring: leaf('alice') })
    const before = running(withLedger(settled(), [[relationKey(5), second]]), { alice: access('alice') })
    assert.ok(before.machine.loaded)
    // No member has loaded the second one yet.
    const loaded = { ...before.machine.loaded, leaves: [leaf('alice')] }
    const relations = new Map([[5, offers('alice', { serial: 'three' })]])
    const entry = ledgerEntry(
      withClients({ ...before, machine: { ...before.machine, loaded } }, { relations }),
      'client.5',
    )
    assert.ok(entry?.state === 'accepted')
    assert.deepEqual([entry.leaf.serial, entry.retiring?.serial], ['serial-three', 'serial-alice'])
  })
})

describe('a status', () => {
  const bad: RelationSeen = {
    kind: 'requests',
    application: 'web',
    protocol: 'v1',
    requests: [
      {
        asked: { request: 'abc', prefix: '/alice/', echo: {} },
        certificate: { kind: 'refused', code: 'certificate-is-ca', detail: '', secret: undefined },
      },
    ],
  }
  const good = accepted('alice', { protocol: 'v1', served: true, answeredAs: 'alice' })
  const before = running(withLedger(settled(), [[relationKey(5, 'abc'), good]]), { alice: access('alice') })
  const refused = withClients(before, { relations: new Map([[5, bad]]), members })
  const ledger = decide(refused).writes.find(({ kind }) => kind === 'ledger/write')
  assert.ok(ledger?.kind === 'ledger/write' && before.peers)
  const told: Observed = { ...before, peers: { ...before.peers, ledger: ledger.ledger } }

  it('is not yet among what the requirer has seen when it is told (C85)', () => {
    assert.deepEqual([answerIn(refused).statuses.length, answerIn(refused).noted.length], [1, 0])
    assert.ok(!kinds(decide(told).writes).includes('answer/publish'))
  })

  it('is, once the requirer was at work since (C85)', () => {
    const heard = withClients(told, { relations: new Map([[5, bad]]), members, heard: new Set([5]) })
    assert.deepEqual(answerIn(heard).noted, answerIn(heard).statuses)
  })

  it('that comes by the clock alone is new in the hook that finds it, though the requirer was at work since', () => {
    const asks = asV1(offers('alice'), 'abc')
    /** The next hook, years later or not: the requirer's units have seen what was told before. */
    const after = (observed: Observed, at: number): Observed => {
      const write = decide(observed).writes.find(({ kind }) => kind === 'ledger/write')
      assert.ok(observed.peers)
      const kept = write?.kind === 'ledger/write' ? write.ledger : observed.peers.ledger
      return { ...observed, now: at, peers: { ...observed.peers, ledger: kept } }
    }
    const heard = { relations: new Map([[5, asks]]), members, heard: new Set([5]) }
    const later = settled().now + 3 * 365 * 24 * 60 * 60 * 1000
    const expired = after(withClients(before, heard), later)
    const codes = (rows: readonly { readonly code: number }[]) => rows.map(({ code }) => code)
    assert.deepEqual([codes(answerIn(expired).statuses), codes(answerIn(expired).noted)], [[5001], []])
    const seen = after(expired, later + 1)
    assert.deepEqual([codes(answerIn(seen).statuses), codes(answerIn(seen).noted)], [[5001], [5001]])
    assert.ok(!kinds(decide(after(seen, later + 2)).writes).includes('answer/publish'))
  })
})

describe('the ledger of a relation that ends', () => {
  it('forgets what its requirer has seen', () => {
    const noted = new Map([[5, [{ code: 5010, message: 'm', resolution: 'r' }]]])
    const before = withLedger(settled(), [[relationKey(5), served]], { noted })
    assert.deepEqual(nextLedger(withClients(before, { gone: new Set([5]) })).noted, ledgerOf([]).noted)
  })
})
