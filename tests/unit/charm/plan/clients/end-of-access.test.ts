// Access ends when the operator says so, and by itself where a relation is broken that nobody resumes; whatever the other side does.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { Observed, Order } from '../../../../../src/charm/observed.ts'
import { nextLedger } from '../../../../../src/charm/plan/clients/ledger.ts'
import { nextInLine } from '../../../../../src/charm/plan/clients/next-in-line.ts'
import type { Ledger, LedgerEntry } from '../../../../../src/interfaces/ledger.ts'
import { accepted, access, noRules, now, offers, relationKey, settled } from '../../observation.ts'
import { kinds, ledgerEntry, running, withClients, withLedger } from '../../observed-changes.ts'

const key = relationKey(5)
const served = accepted('alice', { served: true, answeredAs: 'alice' })

function before(more: Partial<Ledger> = {}, entry: LedgerEntry = served): Observed {
  return running(withLedger(settled(), [[key, entry]], more), { alice: access('alice') })
}

function codeOf(observed: Observed, name = 'client.5'): string | undefined {
  const entry = ledgerEntry(observed, name)
  return entry?.state === 'refused' ? entry.code : entry?.state
}

describe('a client that the operator revokes', () => {
  const order: Order = { kind: 'revoke', commonName: 'Alice' }
  const revoked = { ...before(), order }

  it('loses user, role and trust in the same hook, and the record says so', () => {
    assert.deepEqual(kinds(decide(revoked).steps), [
      'user/delete',
      'role/delete',
      'file/write',
      'revocation/write',
      'service/restart',
    ])
    assert.deepEqual([...nextLedger(revoked).revoked], [[5, ['alice']]])
    assert.equal(codeOf(revoked), 'access-revoked')
  })

  it('loses them although Juju shows its relation no more, or etcd is away', () => {
    const unseen = {
      ...withClients(before({ crossModel: new Map([[5, 'suspended']]) }), { suspended: new Set([5]) }),
      order,
    }
    assert.equal(codeOf(unseen), 'access-revoked')
    const away: Observed = { ...revoked, etcd: { kind: 'down', why: 'no leader', standing: undefined } }
    assert.deepEqual([codeOf(away), [...nextLedger(away).leaving]], ['access-revoked', ['alice']])
  })

  const after = nextLedger(revoked)
  const later = (clients: Partial<Observed['clients']>): Observed => {
    const observed = withClients(before(), clients)
    const rows = { ...after, departed: new Map(), leaving: new Set<string>() }
    return { ...observed, peers: observed.peers && { ...observed.peers, ledger: rows } }
  }

  it('stays out, by whatever name its relation asks next', () => {
    for (const [name, serial] of [
      ['alice', 'alice'],
      ['alice', 'new'],
      ['ALICE', 'x'],
      ['bob', 'bob'],
    ] as const)
      assert.equal(
        codeOf(later({ relations: new Map([[5, offers(name, { serial })]]) })),
        'access-revoked',
        name,
      )
  })

  it('leaves the name to others, and is not looked at again by hooks about others', () => {
    const next = later({ relations: new Map([[6, offers('alice')]]) })
    assert.equal(codeOf(next, 'client.6'), 'accepted')
    assert.equal(nextInLine(after, { ...next.clients, relations: new Map() }, noRules), undefined)
  })

  it('comes back when the operator allows it, or with another relation', () => {
    const asks = later({ relations: new Map([[5, offers('alice')]]) })
    const allowed: Observed = { ...asks, order: { kind: 'allow', commonName: 'alice' } }
    assert.deepEqual([codeOf(allowed), nextLedger(allowed).revoked.size], ['accepted', 0])
    const gone = later({ gone: new Set([5]) })
    assert.equal(nextLedger(gone).revoked.size, 0)
  })

  it('takes nothing from the other clients of its relation, who renew as ever', () => {
    const rows = [
      [relationKey(5, 'a'), accepted('alice', { served: true, protocol: 'v1' })],
      [relationKey(5, 'b'), accepted('bob', { served: true, protocol: 'v1' })],
    ] as const
    const observed: Observed = { ...running(withLedger(settled(), rows)), order }
    assert.deepEqual(
      [codeOf(observed, 'client.5.a'), codeOf(observed, 'client.5.b')],
      ['access-revoked', 'accepted'],
    )
  })
})

describe('a relation with another model that is broken', () => {
  const minutes = 60_000
  const since = (ago: number, shown: boolean): Partial<Ledger> => ({
    crossModel: new Map([[5, 'suspended']]),
    suspensions: new Map([[5, { since: now - ago, shown }]]),
  })
  const unseen = (ago: number, shown = true): Observed =>
    withClients(before(since(ago, shown)), { suspended: new Set([5]) })

  it('is noted with the time, and with what Juju shows of it', () => {
    const broken = withClients(before({ crossModel: new Map([[5, 'live']]) }), {
      suspended: new Set([5]),
      granted: new Set([5]),
    })
    assert.deepEqual([...nextLedger(broken).suspensions], [[5, { since: now, shown: true }]])
  })

  it('keeps its client for a while, and no longer', () => {
    assert.deepEqual(
      [codeOf(unseen(59 * minutes)), codeOf(unseen(60 * minutes))],
      ['accepted', 'relation-suspended'],
    )
    assert.deepEqual(kinds(decide(unseen(60 * minutes)).steps).slice(0, 2), ['user/delete', 'role/delete'])
  })

  it('ends its client’s access in a hook that looks at other relations', () => {
    const other = withClients(before(since(60 * minutes, true)), { relations: new Map([[6, offers('bob')]]) })
    assert.equal(codeOf(other), 'relation-suspended')
  })

  it('gets its access back when it is resumed', () => {
    const over = nextLedger(unseen(60 * minutes))
    const resumed = withClients(before(), { relations: new Map([[5, offers('alice')]]) })
    const ledger = { ...over, departed: new Map(), leaving: new Set<string>() }
    const again = { ...resumed, peers: resumed.peers && { ...resumed.peers, ledger } }
    assert.deepEqual([codeOf(again), nextLedger(again).suspensions.size], ['accepted', 0])
  })

  const days = 24 * 60 * minutes
  const over = { ...served, state: 'refused', code: 'relation-suspended', detail: 'alice' } as const

  it('is forgotten after a month, its secrets too, where Juju never tells whether it was removed', () => {
    const dead = (ago: number, shown: boolean): Observed =>
      withClients(before({ ...since(ago, shown), answers: new Map([[5, 'said']]) }, over), {
        suspended: new Set([5]),
      })
    const kept = nextLedger(dead(30 * days, false))
    assert.deepEqual([kept.entries.size, kept.suspensions.size], [1, 1])
    const forgotten = nextLedger(dead(31 * days, false))
    assert.deepEqual(
      [forgotten.entries, forgotten.suspensions, forgotten.crossModel, forgotten.answers].map(
        ({ size }) => size,
      ),
      [0, 0, 0, 0],
    )
    assert.deepEqual([...forgotten.collectable.keys()], ['client.5'])
    // Where Juju shows the grant, it tells of the removal, too.
    assert.equal(nextLedger(dead(31 * days, true)).entries.size, 1)
  })

  it('is not forgotten with what the operator revoked', () => {
    const revoked = { ...over, code: 'access-revoked' }
    const dead = before({ ...since(31 * days, false), revoked: new Map([[5, ['alice']]]) }, revoked)
    assert.deepEqual([...nextLedger(dead).revoked], [[5, ['alice']]])
    assert.equal(nextLedger(dead).entries.size, 0)
  })

  it('has no more time for a clock that was ahead when it was noted', () => {
    const ahead = nextLedger(unseen(-400 * days))
    assert.deepEqual(ahead.suspensions.get(5), { since: now, shown: true })
  })
})
