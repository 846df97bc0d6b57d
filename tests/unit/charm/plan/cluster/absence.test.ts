import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { MemberSeen, Observed } from '../../../../../src/charm/observed.ts'
import { holdsUp, notWaitedFor, takesClients } from '../../../../../src/charm/plan/cluster/absence.ts'
import { clientConditions } from '../../../../../src/charm/plan/clients/conditions.ts'
import { waitOf } from '../../../../../src/charm/plan/clients/answers.ts'
import { nextLedger } from '../../../../../src/charm/plan/clients/ledger.ts'
import { parseLedger, printLedger, shortFingerprint } from '../../../../../src/interfaces/ledger.ts'
import { accepted, access as accessOf, leaf, ledgerOf, now, relationKey, settled } from '../../observation.ts'
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
    assert.deepEqual(absences(look([], members(3), decided)), {})
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

describe('a unit whose member answers and does not load a certificate', () => {
  const late = [[key, accepted('alice', { late: true })]] as const
  const loads = shortFingerprint(leaf('alice'))
  /** The hook of a leader that has loaded it, beside two others, of which the last has told that much. */
  function leaderOf(rows: Parameters<typeof ledgerOf>[0], told: readonly string[], more = {}): Observed {
    const observed = look(rows, members(3), more)
    const { machine, peers } = observed
    const own = peers?.units.get('etcd/0')
    assert.ok(peers && own && machine.loaded)
    const tells = (trusts: readonly string[]) => ({
      ...own,
      databag: { ...own.databag, endpoint: '10.0.0.9:2379', trusts },
    })
    const units = new Map([
      ['etcd/0', tells([loads])],
      ['etcd/1', tells([loads])],
      ['etcd/2', tells(told)],
    ])
    const loaded = { ...machine.loaded, leaves: [leaf('alice')] }
    const files = { ...machine.files, truststore: leaf('alice').pem }
    const access = new Map([['alice', accessOf('alice')]])
    return {
      ...observed,
      peers: { ...peers, units },
      machine: { ...machine, loaded, files },
      etcd: etcdUp(members(3), { access }),
    }
  }
  const behind = (at: number, without = false) => ({
    away: new Map([['etcd/2', { since: at, without, answers: true }]]),
  })
  const isServed = (observed: Observed): boolean =>
    [...nextLedger(observed).entries.values()].every(
      ({ entry }) => entry.state === 'accepted' && entry.served,
    )

  it('is noted where a client waits for longer than a roll takes, and forgotten once it has told', () => {
    assert.deepEqual(absences(leaderOf(waiting, [])), {})
    const found = { 'etcd/2': { since: now, without: false, answers: true } }
    assert.deepEqual(absences(leaderOf(late, [])), found)
    assert.deepEqual(absences({ ...leaderOf(waiting, []), sweep: true }), found)
    assert.deepEqual(absences(leaderOf(late, [], { gathering: true })), {})
    assert.deepEqual(absences(leaderOf(late, [loads], behind(since))), {})
  })

  it('is named by the status and to the requirer', () => {
    const observed = leaderOf(late, [], behind(since))
    const ledger = nextLedger(observed)
    assert.deepEqual(
      clientConditions(observed, ledger).map(({ message }) => message),
      ['relation 5 (web): access for alice waits for etcd/2 to load the certificate; see that its hooks run'],
    )
    const [row] = ledger.entries.values()
    assert.ok(row?.entry.state === 'accepted')
    assert.match(waitOf(row.entry, ledger)[0]?.message ?? '', /waiting for etcd\/2$/)
  })

  it('holds a client up until the patience is over, and no other after it', () => {
    assert.equal(isServed(leaderOf(late, [], behind(since))), false)
    const over = leaderOf(late, [], behind(now - 10 * minutes))
    assert.ok(isServed(over))
    assert.deepEqual(absences(over), {
      'etcd/2': { since: now - 10 * minutes, without: true, answers: true },
    })
    assert.ok(isServed(leaderOf(waiting, [], behind(since, true))))
  })

  it('is sent those who are in its truststore, and is waited for by restarts', () => {
    const peer = [
      'etcd/2',
      { databag: { trusts: [loads] }, requested: new Map(), issued: new Map() },
    ] as const
    const ledger = ledgerOf([], behind(since, true))
    assert.equal(takesClients(peer, ledger, [accepted('alice', { served: true })]), true)
    assert.equal(takesClients(peer, ledger, [accepted('bob', { served: true })]), false)
    assert.deepEqual([...notWaitedFor(look(waiting, members(3), behind(since, true)))], [])
  })

  it('that was away before is not waited for again', () => {
    const back = { away: new Map([['etcd/2', { since, without: true }]]) }
    assert.deepEqual(absences(leaderOf(waiting, [], back)), {
      'etcd/2': { since, without: true, answers: true },
    })
    assert.deepEqual(absences(look(waiting, members(3, 2), behind(since, true))), {
      'etcd/2': { since: now, without: false },
    })
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
