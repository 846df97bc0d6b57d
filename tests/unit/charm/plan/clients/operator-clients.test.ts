import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { Observed, Order } from '../../../../../src/charm/observed.ts'
import { forgottenAfter } from '../../../../../src/charm/plan/clients/operator-clients.ts'
import { nextLedger } from '../../../../../src/charm/plan/clients/ledger.ts'
import { relationsToSweep } from '../../../../../src/charm/plan/clients/relations-to-sweep.ts'
import type { AcceptedEntry, Departure, Ledger } from '../../../../../src/interfaces/ledger.ts'
import { parseLedger, printLedger } from '../../../../../src/interfaces/ledger.ts'
import { ofOperator, operatorsKey } from '../../../../../src/interfaces/operator-client.ts'
import { accepted, access, leaf, ledgerOf, noAccess, now, relationKey, settled } from '../../observation.ts'
import { running, withLedger } from '../../observed-changes.ts'
import { etcdUp, member } from '../cluster/members.ts'

const key = operatorsKey('ops')

function operators(more: Partial<AcceptedEntry> = {}) {
  return accepted('ops', { application: 'etcd', protocol: 'v1', prefix: '/ops/', ...more })
}

function seen(rows: Parameters<typeof ledgerOf>[0], more: Partial<Observed> = {}): Observed {
  const known = new Map(
    rows.map(([, entry]) => [entry.state === 'accepted' ? entry.leaf.commonName : '', noAccess] as const),
  )
  const observed = running(withLedger(settled(), rows))
  return { ...observed, etcd: etcdUp([member(0)], { access: known }), ...more }
}

const create = (more: { readOnly?: boolean; prefix?: string } = {}): Order => ({
  kind: 'create',
  client: { leaf: leaf('ops'), prefix: '/ops/', readOnly: false, ...more },
})
const rowOf = (ledger: Ledger) =>
  [...ledger.entries.values()].find(({ key: { relation } }) => relation === ofOperator)?.entry

test('an operator’s client is a row of the ledger, and comes back out of the databag as it was', () => {
  const entry = operators({ readOnly: true })
  const printed = printLedger(ledgerOf([[key, entry]]))
  assert.deepEqual(Object.keys(printed), [`client.operator.${key.request}`])
  assert.deepEqual(parseLedger(printed).entries, ledgerOf([[key, entry]]).entries)
  assert.deepEqual(operatorsKey('OPS'), key)
})

test('it is judged as a requirer’s is: reserved names, names of others and prefixes', () => {
  const judged = (order: Order, rows: Parameters<typeof ledgerOf>[0] = []) => {
    const entry = rowOf(nextLedger(seen(rows, { order })))
    return entry?.state === 'refused' ? entry.code : entry?.state
  }
  assert.equal(judged(create()), 'accepted')
  assert.equal(judged(create({ prefix: '' })), 'full-keyspace-refused')
  assert.equal(judged(create({ prefix: '\0etcd-charm/' })), 'prefix-invalid')
  const root: Order = { kind: 'create', client: { leaf: leaf('root'), prefix: '/a/', readOnly: false } }
  assert.equal(judged(root), 'common-name-reserved')
  assert.equal(judged(create(), [[relationKey(5), accepted('OPS', { served: true })]]), 'common-name-taken')
})

test('its user gets the permission that was asked for once it is on record, and not before', () => {
  const granted = (observed: Observed) =>
    decide(observed).steps.flatMap((step) => (step.kind === 'permission/grant' ? [step.permission.type] : []))
  assert.deepEqual(granted(seen([], { order: create() })), [])
  assert.deepEqual(granted(seen([[key, operators()]])), ['Readwrite'])
  assert.deepEqual(granted(seen([[key, operators({ readOnly: true })]])), ['Read'])
})

test('one that may only read and holds more than that has it taken', () => {
  const observed = seen([[key, operators({ readOnly: true, served: true })]], {
    sweep: true,
    etcd: etcdUp([member(0)], { access: new Map([['ops', access('ops')]]) }),
  })
  const kinds = decide(observed).steps.map(({ kind }) => kind)
  assert.ok(kinds.includes('permission/revoke') && kinds.includes('permission/grant'), kinds.join())
})

test('Juju is never asked for it, nor told anything', () => {
  const rows = [
    [key, operators({ served: true })],
    [relationKey(5), accepted('web', { served: true, answeredAs: 'web' })],
  ] as const
  assert.deepEqual(relationsToSweep(ledgerOf(rows), [5], { byTurns: false, now }), [5])
  for (const entry of [operators({ served: true }), operators({ late: true })]) {
    const { writes, toCount } = decide(seen([[key, entry]]))
    assert.deepEqual(toCount, [])
    assert.ok(!writes.some(({ kind }) => kind === 'answer/publish'))
  }
})

const past = { ...leaf('ops'), notAfter: now - 1 }

test('it is forgotten a week after its certificate was seen to have ended, and its secret goes with the next update-status', () => {
  const fresh = rowOf(nextLedger(seen([[key, operators({ served: true, leaf: past })]])))
  assert.equal(fresh?.state === 'accepted' && fresh.ended, now)
  const known = (ended: number) => nextLedger(seen([[key, operators({ served: true, leaf: past, ended })]]))
  assert.equal(rowOf(known(now - forgottenAfter + 1))?.state, 'accepted')
  const after = known(now - forgottenAfter)
  assert.equal(rowOf(after), undefined)
  assert.deepEqual([...after.collectable.keys()], [`client.operator.${key.request}`])
})

test('a clock that is years ahead, and right again, costs it nothing', () => {
  const served = operators({ served: true })
  const ahead = nextLedger(seen([[key, served]], { now: now + 3 * 365 * 24 * 60 * 60 * 1000 }))
  const found = rowOf(ahead)
  assert.ok(found?.state === 'accepted')
  assert.deepEqual(rowOf(nextLedger(seen([[key, found]]))), rowOf(nextLedger(seen([[key, served]]))))
})

test('one that has ended is replaced by another of its name, even while members have just been rolled', () => {
  const order: Order = {
    kind: 'create',
    client: { leaf: leaf('ops', 'next'), prefix: '/ops/', readOnly: false },
  }
  const observed = seen([[key, operators({ served: true, leaf: past, ended: now - 1 })]], { order })
  assert.ok(observed.peers)
  const peers = { ...observed.peers, ledger: { ...observed.peers.ledger, renewed: now } }
  const entry = rowOf(nextLedger({ ...observed, peers }))
  assert.ok(entry?.state === 'accepted')
  assert.deepEqual([entry.leaf.serial, entry.waits, entry.ended], ['serial-next', undefined, undefined])
})

test('revoked it is gone at once, in no need of a note, and another name is free to be made', () => {
  const other = operatorsKey('other')
  const rows = [
    [key, operators({ served: true })],
    [other, accepted('other', { served: true })],
  ] as const
  const after = nextLedger(seen(rows, { order: { kind: 'revoke', commonName: 'OPS' } }))
  assert.deepEqual([[...after.entries.keys()], after.revoked.size], [[`client.operator.${other.request}`], 0])
  const next = nextLedger(seen([], { order: create() }))
  assert.equal(rowOf(next)?.state, 'accepted')
})

test('its name is nobody’s, not even its own again, while a member may trust the certificate that was revoked', () => {
  const departed: Departure = { number: 1, relation: ofOperator, prefix: '/ops/' }
  const plain = seen([], { order: create() })
  assert.ok(plain.peers)
  const peers = { ...plain.peers, ledger: ledgerOf([], { departed: new Map([['ops', departed]]) }) }
  const entry = rowOf(nextLedger({ ...plain, peers }))
  assert.equal(entry?.state === 'refused' && entry.code, 'common-name-leaving')
})

test('one that had to make room is told of in each hook, keeps its secret, and is made anew or forgotten by the operator', () => {
  const large = operators({ served: true, leaf: { ...leaf('ops'), subjectSize: 64_000 } })
  const turnedAway = rowOf(nextLedger(seen([[key, large]])))
  assert.ok(turnedAway?.state === 'refused' && turnedAway.code === 'truststore-full')
  const next = seen([[key, turnedAway]])
  const after = nextLedger(next)
  assert.deepEqual([rowOf(after), after.collectable.size], [turnedAway, 0])
  const told = decide(next).conditions.map(({ message }) => message)
  assert.ok(
    told.some((message) =>
      /client credentials .*: ops lost its access; create-client-credentials/.test(message),
    ),
    told.join('\n'),
  )
  const after30Days = nextLedger({ ...next, now: now + 30 * 24 * 60 * 60 * 1000 })
  assert.deepEqual([rowOf(after30Days), after30Days.collectable.size], [undefined, 1])
  assert.equal(rowOf(nextLedger({ ...next, order: { kind: 'revoke', commonName: 'OPS' } })), undefined)
  assert.equal(rowOf(nextLedger({ ...next, order: create() }))?.state, 'accepted')
})
