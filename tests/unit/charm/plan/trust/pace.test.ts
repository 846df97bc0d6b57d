import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Observed, RelationSeen } from '../../../../../src/charm/observed.ts'
import { waitOf } from '../../../../../src/charm/plan/clients/answers.ts'
import { nextLedger } from '../../../../../src/charm/plan/clients/ledger.ts'
import { rulesOf } from '../../../../../src/charm/plan/clients/rules.ts'
import { nextInLine } from '../../../../../src/charm/plan/clients/next-in-line.ts'
import {
  type AcceptedEntry,
  type Leaf,
  type Ledger,
  parseLedger,
  printLedger,
  shortFingerprint,
} from '../../../../../src/interfaces/ledger.ts'
import { accepted, leaf, ledgerOf, now, offers, relationKey, settled } from '../../observation.ts'
import { withClients, withLedger } from '../../observed-changes.ts'

const key = relationKey(5)
const second = 1000

/** The leader, with that ledger committed, that long after `now`. */
function at(ledger: Ledger, after: number, seen: Readonly<Record<number, RelationSeen>> = {}) {
  const rows = [...ledger.entries.values()].map((row) => [row.key, row.entry] as const)
  const { entries: _, ...more } = ledger
  const relations = new Map(Object.entries(seen).map(([id, relation]) => [Number(id), relation] as const))
  const observed = withClients(withLedger(settled(), rows, more), { relations })
  const inForce = { ...observed.config.inForce, 'client-restart-interval': 60 }
  return { ...observed, config: { ...observed.config, inForce }, now: now + after }
}

/** One more member, which has that one. */
function loadedBy(observed: Observed, of: Leaf): Observed {
  const { peers } = observed
  const own = peers?.units.get('etcd/0')
  assert.ok(peers && own)
  const databag = { ...own.databag, trusts: [shortFingerprint(of)] }
  const units = new Map([...peers.units, ['etcd/1', { ...own, databag }] as const])
  return { ...observed, peers: { ...peers, units } }
}

function entryOf(ledger: Ledger, name = 'client.5'): AcceptedEntry {
  const entry = ledger.entries.get(name)?.entry
  assert.ok(entry?.state === 'accepted')
  return entry
}

const inForce = ledgerOf([[key, accepted('alice', { served: true, answeredAs: 'alice' })]])
const renewed = { ...inForce, renewed: now }
const anew = { 5: offers('alice', { serial: 'two' }) }

describe('a renewal', () => {
  it('goes at once where none went lately, and that is noted', () => {
    const ledger = nextLedger(at(inForce, 0, anew))
    assert.equal(entryOf(ledger).leaf.serial, 'serial-two')
    assert.equal(ledger.renewed, now)
    assert.deepEqual(parseLedger(printLedger(ledger)).renewed, now)
  })

  it('waits where another went lately, is served by what it had, and is told so', () => {
    const entry = entryOf(nextLedger(at(renewed, 10 * second, anew)))
    assert.deepEqual([entry.leaf, entry.served], [leaf('alice'), true])
    assert.equal(entry.waits?.turn, true)
    assert.deepEqual(
      waitOf(entry, renewed).map(({ code }) => code),
      [4104],
    )
  })

  it('waits under another name, too', () => {
    const entry = entryOf(nextLedger(at(renewed, 10 * second, { 5: offers('bob') })))
    assert.equal(entry.leaf.commonName, 'alice')
    assert.equal(entry.waits?.turn, true)
  })

  it('under another name changes nothing of the old one: what may be watched by it stays its own until it goes', () => {
    const narrower = { 5: offers('bob', { prefix: '/alice/a/' }) }
    const waits = nextLedger(at(renewed, 10 * second, narrower))
    assert.deepEqual([entryOf(waits).leaf.commonName, entryOf(waits).prefix], ['alice', '/alice/'])
    const goes = entryOf(nextLedger(at(waits, 70 * second, narrower)))
    assert.deepEqual([goes.leaf.commonName, goes.prefix], ['bob', '/alice/a/'])
  })

  it('that gives up keys waits, too; two requests for one name, in the place of one, are still one owner', () => {
    const narrower = offers('alice', { prefix: '/alice/a/' })
    assert.ok(narrower.kind === 'requests')
    const waits = entryOf(nextLedger(at(renewed, 10 * second, { 5: narrower })))
    assert.deepEqual([waits.prefix, waits.waits?.turn], ['/alice/', true])
    const asked = ['one', 'two'].flatMap((request) =>
      narrower.requests.map((row) => ({ ...row, asked: { ...row.asked, request } })),
    )
    const two = { 5: { ...narrower, protocol: 'v1', requests: asked } as const }
    const owners = [...nextLedger(at(renewed, 10 * second, two)).entries.values()]
    assert.deepEqual(
      owners.map(({ entry }) => (entry.state === 'refused' ? entry.code : entry.prefix)),
      ['/alice/', 'common-name-taken'],
    )
  })

  it('waits for the roll for the one before, however long that takes', () => {
    const two = { ...leaf('alice', 'two'), fingerprint: 'two' }
    const rolling = ledgerOf([[key, accepted('alice', { leaf: two, retiring: leaf('alice') })]])
    const third = { 5: offers('alice', { serial: 'three' }) }
    const serial = (observed: Observed) => entryOf(nextLedger(observed)).leaf.serial
    assert.equal(serial(loadedBy(at(rolling, 600 * second, third), two)), 'serial-two')
    // Nobody restarts once more for it.
    assert.equal(serial(loadedBy(at(rolling, 600 * second, third), leaf('alice'))), 'serial-three')
  })

  it('is given up for the certificate of before, which needs no restart', () => {
    const rolling = ledgerOf([
      [key, accepted('alice', { leaf: leaf('alice', 'two'), retiring: leaf('alice') })],
    ])
    assert.equal(entryOf(nextLedger(at(rolling, 0, { 5: offers('alice') }))).leaf.serial, 'serial-alice')
  })

  it('that waits is looked at when the time is over, by whatever hook comes then', () => {
    const waiting = nextLedger(at(renewed, 10 * second, anew))
    const next = (after: number, seen = {}) => {
      const observed = at(waiting, after, seen)
      return nextInLine(waiting, observed.clients, rulesOf(observed))
    }
    assert.equal(next(59 * second), undefined)
    assert.equal(next(61 * second), 5)
    assert.equal(entryOf(nextLedger(at(waiting, 61 * second, anew))).waits, undefined)
  })

  it('that waits goes with a newcomer, who does not wait', () => {
    const waiting = nextLedger(at(renewed, 10 * second, anew))
    const observed = at(waiting, 20 * second, { 6: offers('carol') })
    assert.equal(nextInLine(waiting, observed.clients, rulesOf(observed)), 5)
    const ledger = nextLedger(at(waiting, 20 * second, { 6: offers('carol'), ...anew }))
    assert.equal(entryOf(ledger, 'client.6').leaf.commonName, 'carol')
    assert.equal(entryOf(ledger).leaf.serial, 'serial-two')
    assert.equal(ledger.renewed, now + 20 * second)
  })

  it('waits for no time where the operator says so', () => {
    const observed = at(renewed, 10 * second, anew)
    const config = {
      ...observed.config,
      inForce: { ...observed.config.inForce, 'client-restart-interval': 0 },
    }
    assert.equal(entryOf(nextLedger({ ...observed, config })).leaf.serial, 'serial-two')
  })
})

it('however often a client renews, its certificate changes at most once in the interval', () => {
  const seconds = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 })
  fc.assert(
    fc.property(seconds, (gaps) => {
      let [ledger, time] = [inForce, 0]
      const taken: number[] = []
      gaps.forEach((gap, nth) => {
        time += gap * second
        const before = entryOf(ledger).leaf.fingerprint
        const next = nextLedger(at(ledger, time, { 5: offers('alice', { serial: `s${nth}` }) }))
        // Members follow at once.
        const { retiring: _, ...entry } = entryOf(next)
        if (entry.leaf.fingerprint !== before) taken.push(time)
        const entries = new Map([['client.5', { key, entry: { ...entry, served: true } }]])
        ledger = { ...next, entries }
      })
      taken.forEach((when, nth) => {
        assert.ok(nth === 0 || when - (taken[nth - 1] ?? 0) >= 60 * second)
      })
    }),
  )
})
