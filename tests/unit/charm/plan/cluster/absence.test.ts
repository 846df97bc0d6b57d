import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { MemberSeen, Observed } from '../../../../../src/charm/observed.ts'
import { holdsUp, notWaitedFor, takesClients } from '../../../../../src/charm/plan/cluster/absence.ts'
import { waitOf } from '../../../../../src/charm/plan/clients/answers.ts'
import { nextLedger } from '../../../../../src/charm/plan/clients/ledger.ts'
import { parseLedger, printLedger, shortFingerprint } from '../../../../../src/interfaces/ledger.ts'
import { accepted, leaf, ledgerOf, now, relationKey, settled } from '../../observation.ts'
import { running, withLedger } from '../../observed-changes.ts'
import { etcdUp, member } from './members.ts'

const key = relationKey(5)
const waiting = [[key, accepted('alice')]] as const
const served = [[key, accepted('alice', { served: true })]] as const
const minutes = 60_000

function members(count: number, ...silent: readonly number[]): readonly MemberSeen[] {
  return Array.from({ length: count }, (_, nth) => member(nth, { responds: !silent.includes(nth) }))
}

/** The leader's look at so many members, with a unit for each. */
function look(rows: Parameters<typeof ledgerOf>[0], of: readonly MemberSeen[], more = {}): Observed {
  const observed = withLedger(running(settled()), rows, more)
  const { peers } = observed
  const own = peers?.units.get('etcd/0')
  assert.ok(peers && own)
  const units = new Map(of.map((_, nth) => [`etcd/${nth}`, own] as const))
  return { ...observed, peers: { ...peers, units }, etcd: etcdUp(of, { access: new Map() }) }
}

const absences = (observed: Observed) => Object.fromEntries(nextLedger(observed).away)
const since = now - 5 * minutes
const noted = { away: new Map([['etcd/2', { since, without: false }]]) }

describe('a member that does not answer', () => {
  it('is noted where somebody waits or all is looked at, with the time', () => {
    const found = { 'etcd/2': { since: now, without: false } }
    assert.deepEqual(absences(look(waiting, members(3, 2))), found)
    assert.deepEqual(absences({ ...look(served, members(3, 2)), sweep: true }), found)
    assert.deepEqual(absences(look(served, members(3, 2))), {})
  })

  it('keeps the time of its first look, and is forgotten when it answers or its unit is gone', () => {
    assert.deepEqual(absences(look(served, members(3, 2), noted)), { 'etcd/2': { since, without: false } })
    assert.deepEqual(absences(look(served, members(3), noted)), {})
    assert.deepEqual(absences(look(served, members(2), noted)), {})
    const blind = look(served, members(3, 2), noted)
    assert.deepEqual(absences({ ...blind, etcd: { ...etcdUp([]), members: undefined } }), {
      'etcd/2': { since, without: false },
    })
  })

  it('keeps nobody waiting for longer by a clock that was ahead when it was noted', () => {
    const ahead = { away: new Map([['etcd/2', { since: now + 400 * 24 * 60 * minutes, without: false }]]) }
    assert.deepEqual(absences(look(waiting, members(3, 2), ahead)), {
      'etcd/2': { since: now, without: false },
    })
  })

  it('is not away while it is its turn to restart', () => {
    const observed = look(waiting, members(3, 2))
    assert.ok(observed.etcd.kind === 'up')
    assert.deepEqual(absences({ ...observed, etcd: { ...observed.etcd, restarting: 'etcd/2' } }), {})
  })

  it('is gone on without once the patience is over, for as long as it is away', () => {
    const early = look(waiting, members(3, 2), noted)
    const late = { ...early, now: now + 5 * minutes }
    assert.deepEqual(absences(late), { 'etcd/2': { since, without: true } })
    const decided = { away: new Map([['etcd/2', { since: now, without: true }]]) }
    assert.deepEqual(absences(look(waiting, members(3, 2), decided)), {
      'etcd/2': { since: now, without: true },
    })
    assert.deepEqual(absences(look(waiting, members(3), decided)), {})
  })

  it('is on record with the peers, whatever a hook read of it', () => {
    const ledger = ledgerOf([], noted)
    assert.deepEqual(parseLedger(printLedger(ledger)).away, noted.away)
    assert.deepEqual(parseLedger({ 'away.etcd/2': 'yesterday' }).away, new Map())
  })
})

describe('who waits for it', () => {
  it('is told so where the others are too few to restart meanwhile, and not otherwise', () => {
    assert.equal(holdsUp(noted.away, members(3, 2)).size, 1)
    assert.equal(holdsUp(noted.away, members(5, 2)).size, 0)
    assert.equal(holdsUp(new Map([['etcd/2', { since, without: true }]]), members(3, 2)).size, 0)
  })

  it('is a client that is not served, and any that still waits when all is looked at', () => {
    const codes = (entry: ReturnType<typeof accepted>, ledger = ledgerOf([])) =>
      entry.state === 'accepted' && waitOf(entry, ledger).map(({ code }) => code)
    assert.deepEqual(codes(accepted('alice')), [])
    assert.deepEqual(codes(accepted('alice'), ledgerOf([], noted)), [4101])
    assert.deepEqual(codes(accepted('alice', { served: true }), ledgerOf([], noted)), [])
    const [row] = nextLedger({ ...look(waiting, members(3)), sweep: true }).entries.values()
    assert.ok(row?.entry.state === 'accepted' && row.entry.late)
    assert.deepEqual(codes(row.entry), [4102])
  })

  it('is no restart but one for a client', () => {
    const without = { away: new Map([['etcd/2', { since, without: true }]]) }
    assert.deepEqual([...notWaitedFor(look(waiting, members(3, 2), without))], ['etcd-2'])
    assert.deepEqual([...notWaitedFor(look(waiting, members(3, 2), noted))], [])
    assert.deepEqual([...notWaitedFor(look([], members(3, 2), without))], [])
  })
})

describe('a client', () => {
  const unit = (trusts: readonly string[]) =>
    ['etcd/2', { databag: { trusts }, requested: new Map(), issued: new Map() }] as const
  const entries = [accepted('alice', { served: true }), accepted('bob')]

  it('is sent to no member that has not loaded it, once it is served', () => {
    const loaded = [shortFingerprint(leaf('alice'))]
    assert.equal(takesClients(unit(loaded), ledgerOf([]), entries), true)
    assert.equal(takesClients(unit([]), ledgerOf([]), entries), false)
    assert.equal(takesClients(unit([]), ledgerOf([]), [accepted('bob')]), true)
  })

  it('is sent to none that the others go on without', () => {
    const away = new Map([['etcd/2', { since, without: true }]])
    assert.equal(takesClients(unit([]), ledgerOf([], { away }), [accepted('bob')]), false)
  })
})
