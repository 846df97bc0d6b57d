// A name that somebody else's user or role bears in etcd is not this charm's to give; what it began itself and did not end, is.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import { markRole } from '../../../../../src/charm/plan/clients/naming-guards.ts'
import type { AccessSeen, Observed, Order } from '../../../../../src/charm/observed.ts'
import { nextLedger } from '../../../../../src/charm/plan/clients/ledger.ts'
import type { AcceptedEntry, LedgerEntry } from '../../../../../src/interfaces/ledger.ts'
import { accepted, access, noAccess, offers, relationKey, settled } from '../../observation.ts'
import { kinds, ledgerEntry, running, withClients, withLedger } from '../../observed-changes.ts'

const key = relationKey(5)
const role: AccessSeen['permissions'] = [{ key: '/ops/', rangeEnd: '/ops0', type: 'Readwrite' }]

function asks(seen: AccessSeen | undefined, rows: Parameters<typeof withLedger>[1] = []): Observed {
  const before = running(withLedger(settled(), rows), seen && { alice: seen })
  return withClients(before, { relations: new Map([[5, offers('alice')]]), members: new Map([[5, 1]]) })
}

/** As an earlier version of the charm noted it, or this one while etcd was away. */
function unclaimed(more: Partial<AcceptedEntry>): LedgerEntry {
  const entry = accepted('alice', more)
  assert.ok(entry.state === 'accepted')
  const { ours: _unknown, ...rest } = entry
  return rest
}

function verdict(entry: LedgerEntry | undefined): string {
  return entry?.state === 'accepted'
    ? `accepted, ${entry.ours ? 'ours' : 'unknown'}`
    : (entry?.code ?? 'none')
}

describe('a name that is asked for', () => {
  const rows: readonly (readonly [title: string, AccessSeen | undefined, verdict: string])[] = [
    ['that nobody has', noAccess, 'accepted, ours'],
    ['while etcd can not be asked', undefined, 'accepted, unknown'],
    ['of a user that somebody made', { ...noAccess, user: true }, 'common-name-foreign'],
    ['of a user with a role', { user: true, roles: ['alice'], permissions: role }, 'common-name-foreign'],
    ['of a role without a user', { ...noAccess, permissions: role }, 'common-name-foreign'],
    ['of a role without permissions', { ...noAccess, permissions: [] }, 'common-name-foreign'],
    ['that somebody has in other letters', { ...noAccess, alike: ['Alice'] }, 'common-name-foreign'],
    ['of a user that this charm made, in a restored snapshot', access('alice'), 'accepted, ours'],
    [
      'of one that it began to make',
      { user: true, roles: [markRole], permissions: undefined },
      'accepted, ours',
    ],
  ]
  for (const [title, seen, expected] of rows)
    it(`${title}: ${expected}`, () => {
      assert.equal(verdict(ledgerEntry(asks(seen), 'client.5')), expected)
      assert.deepEqual(kinds(decide(asks(seen)).steps), [])
    })

  it('gets neither user nor trust before etcd was asked and the answer is on record', () => {
    const unknown = unclaimed({})
    assert.deepEqual(kinds(decide(asks(undefined, [[key, unknown]])).steps), [])
    const asked = asks(noAccess, [[key, unknown]])
    assert.deepEqual(kinds(decide(asked).steps), [])
    assert.equal(verdict(ledgerEntry(asked, 'client.5')), 'accepted, ours')
  })

  it('is refused, though it was accepted while etcd was away, and nothing of the other one is deleted', () => {
    const unknown = unclaimed({})
    const found = asks({ user: true, roles: ['alice'], permissions: role }, [[key, unknown]])
    assert.equal(verdict(ledgerEntry(found, 'client.5')), 'common-name-foreign')
    assert.deepEqual([kinds(decide(found).steps), [...nextLedger(found).leaving]], [[], []])
    const leaves = withClients(found, { relations: new Map(), gone: new Set([5]) })
    assert.deepEqual([kinds(decide(leaves).steps), [...nextLedger(leaves).leaving]], [[], []])
  })

  it('stays the one’s that was served by an earlier version of the charm, and of one half made', () => {
    const served = unclaimed({ served: true })
    const renewed = withClients(asks(access('alice'), [[key, served]]), {
      relations: new Map([[5, offers('alice', { serial: 'two' })]]),
    })
    assert.equal(verdict(ledgerEntry(renewed, 'client.5')), 'accepted, ours')
    // Killed between the user and its mark.
    const half = asks({ ...noAccess, user: true }, [[key, accepted('alice')]])
    assert.equal(kinds(decide(half).steps)[0], 'user/delete')
  })

  it('is given away by the operator, and then user and role are made anew', () => {
    const foreign: AccessSeen = { user: true, roles: ['alice', 'more'], permissions: role }
    const order: Order = { kind: 'adopt', name: 'Alice' }
    const entry = ledgerEntry({ ...asks(foreign), order }, 'client.5')
    assert.equal(verdict(entry), 'accepted, ours')
    assert.ok(entry)
    assert.deepEqual(kinds(decide(asks(foreign, [[key, entry]])).steps).slice(0, 8), [
      'user/delete',
      'role/delete',
      'role/create',
      'role/create',
      'permission/grant',
      'user/create',
      'role/grant',
      'role/grant',
    ])
    assert.equal(
      verdict(ledgerEntry({ ...asks(foreign), order: { kind: 'adopt', name: 'bob' } }, 'client.5')),
      'common-name-foreign',
    )
  })

  it('is asked for by two: the first is refused, the second is, too, and neither wakes anybody again', () => {
    const foreign = { ...noAccess, user: true }
    const both = withClients(asks(foreign), {
      relations: new Map([
        [5, offers('alice')],
        [6, offers('alice')],
      ]),
    })
    const ledger = nextLedger(both)
    assert.deepEqual(
      [...ledger.entries.values()].map(({ entry }) => verdict(entry)),
      ['common-name-foreign', 'common-name-foreign'],
    )
    const write = decide(both).writes.find((row) => row.kind === 'ledger/write')
    assert.ok(write?.kind === 'ledger/write')
    const again = { ...both, peers: both.peers && { ...both.peers, ledger: write.ledger } }
    assert.ok(!kinds(decide(again).writes).includes('ledger/write'))
  })
})
