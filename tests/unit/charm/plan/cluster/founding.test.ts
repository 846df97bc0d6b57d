import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Observed, PeerSeen } from '../../../../../src/charm/observed.ts'
import { nextFounding, planFounding, untold } from '../../../../../src/charm/plan/cluster/founding.ts'
import { isDataLost, planLastWord } from '../../../../../src/charm/plan/cluster/lost-data.ts'
import type { DataPosition, Founding, PeerUnit } from '../../../../../src/interfaces/etcd-peers.ts'
import { settled } from '../../observation.ts'

/** What a unit told: that it has no data, that its data is in use, or how far data goes that is not. */
type Told = 'none' | 'in use' | DataPosition | undefined

const born: Founding = { founder: 'etcd/0', token: 'token', generation: 1, born: true }
const unborn: Founding = { founder: 'etcd/0', token: 'token', generation: 1 }
const anew: Founding = { token: 'token', generation: 2 }

function stands(index: number, more: Partial<DataPosition> = {}): DataPosition {
  return { generation: 1, term: '2', index: String(index), token: 'token', ...more }
}

function databagOf(told: Told): PeerUnit {
  if (told === undefined) return {}
  if (told === 'none') return { data: false }
  return told === 'in use' ? { data: true } : { data: true, position: told }
}

/** Seen by the leader etcd/5, which has no data itself. */
function seenBy(
  founding: Founding | undefined,
  units: Readonly<Record<string, Told>>,
  expected: readonly string[] = ['etcd/5', ...Object.keys(units)],
): Observed {
  const observed = settled()
  assert.ok(observed.peers)
  const peer = (told: Told): PeerSeen => ({
    databag: databagOf(told),
    requested: new Map(),
    issued: new Map(),
  })
  return {
    ...observed,
    unit: 'etcd/5',
    expectedUnits: new Set(expected),
    machine: { ...observed.machine, data: false, claim: undefined },
    peers: {
      ...observed.peers,
      application: { certificates: new Map(), clientCas: {}, unreadable: [], ...(founding && { founding }) },
      units: new Map(Object.entries({ 'etcd/5': 'none' as const, ...units }).map(([u, t]) => [u, peer(t)])),
    },
  }
}

function founded(observed: Observed): string {
  assert.ok(observed.peers)
  const [write] = planFounding(observed, observed.peers)
  if (write?.kind !== 'founding/write') return 'nobody'
  const { founder, generation } = write.founding
  return `${founder} in generation ${generation}`
}

const rows: readonly (readonly [string, Observed, string])[] = [
  ['nobody has data', seenBy(undefined, { 'etcd/6': 'none' }), 'etcd/5 in generation 1'],
  ['a unit has not told yet', seenBy(undefined, { 'etcd/6': undefined }), 'nobody'],
  ['a unit is not here yet', seenBy(undefined, {}, ['etcd/5', 'etcd/6']), 'nobody'],
  [
    'another has data that was given to it',
    seenBy(undefined, { 'etcd/6': stands(7, { token: '', generation: 3 }) }),
    'etcd/6 in generation 4',
  ],
  [
    'two have data, of two generations',
    seenBy(undefined, {
      'etcd/6': stands(900, { token: '' }),
      'etcd/7': stands(20, { token: '', generation: 2 }),
    }),
    'etcd/7 in generation 3',
  ],
  ['it is founded and its founder is there', seenBy(unborn, { 'etcd/0': 'none' }), 'nobody'],
  ['its founder is gone before it was born', seenBy(unborn, { 'etcd/6': 'none' }), 'etcd/5 in generation 2'],
  ['all who had data are gone', seenBy(born, { 'etcd/6': 'none' }), 'etcd/5 in generation 2'],
  ['its founder is gone and a member serves', seenBy(born, { 'etcd/6': 'in use' }), 'nobody'],
  ['its founder is gone and a unit is out of sight', seenBy(born, {}, ['etcd/5', 'etcd/6']), 'nobody'],
  ['its founder is there without data', seenBy(born, { 'etcd/0': 'none', 'etcd/6': 'none' }), 'nobody'],
  [
    'it is founded anew, and index 10 is more than 9',
    seenBy(anew, { 'etcd/6': stands(9), 'etcd/1': stands(10), 'etcd/0': stands(8) }),
    'etcd/1 in generation 2',
  ],
  [
    'it is founded anew, and a unit told for an earlier founding',
    seenBy(anew, { 'etcd/6': stands(9), 'etcd/0': stands(8, { token: 'earlier' }) }),
    'nobody',
  ],
  [
    'it is founded anew, and a member still runs',
    seenBy(anew, { 'etcd/6': stands(9), 'etcd/0': 'in use' }),
    'nobody',
  ],
  ['it is founded anew, and all data is lost', seenBy(anew, { 'etcd/6': 'none' }), 'etcd/5 in generation 2'],
]

for (const [when, observed, outcome] of rows)
  test(`when ${when}: ${outcome} founds`, () => {
    assert.equal(founded(observed), outcome)
  })

/** As each unit told of the release that it has run, and as the last member left. */
function owed(founding: Founding, ran: readonly string[], data: Told): Observed {
  const observed = seenBy(founding, { 'etcd/6': data })
  assert.ok(observed.peers)
  const units = [...observed.peers.units].map(([unit, seen]): [string, PeerSeen] => [
    unit,
    ran.includes(unit) ? { ...seen, databag: { ...seen.databag, refresh: { runs: 'snap 181' } } } : seen,
  ])
  return { ...observed, peers: { ...observed.peers, units: new Map(units) } }
}

test('units that ran members, or waited to join when the last one left, begin no empty cluster', () => {
  for (const observed of [
    owed(born, ['etcd/6'], 'none'),
    owed(born, ['etcd/5'], 'none'),
    owed({ ...born, awaited: ['etcd/6'] }, [], 'none'),
  ]) {
    assert.equal(founded(observed), 'nobody')
    assert.ok(isDataLost(observed))
  }
  const others = owed({ ...born, awaited: ['etcd/3'] }, [], 'none')
  assert.deepEqual([founded(others), isDataLost(others)], ['etcd/5 in generation 2', false])
  // An operator's order, or data that one of them has after all, founds.
  assert.equal(founded(owed({ ...anew, born: true }, ['etcd/6'], 'none')), 'etcd/5 in generation 2')
  assert.equal(founded(owed(born, ['etcd/6'], stands(7))), 'etcd/6 in generation 2')
})

test('a member that runs, or a unit that has not told, has the data yet', () => {
  for (const told of ['in use', stands(7), undefined] as const)
    assert.equal(isDataLost(owed(born, ['etcd/5'], told)), false)
  assert.equal(isDataLost(owed(unborn, ['etcd/5'], 'none')), false)
})

test('the leader that leaves with all data says who had yet to join', () => {
  const leaves = (planned: readonly string[], more: Partial<Observed> = {}): unknown => {
    const [write] = planLastWord({ ...seenBy(born, { 'etcd/6': 'none' }), ...more }, planned)
    return write?.kind === 'founding/write' ? write.founding.awaited : undefined
  }
  assert.deepEqual(leaves(['etcd/7', 'etcd/6']), ['etcd/6', 'etcd/7'])
  assert.equal(leaves([]), undefined)
  assert.equal(leaves(['etcd/6'], { leader: false }), undefined)
  const serving = seenBy(born, { 'etcd/6': 'in use' })
  assert.ok(serving.peers)
  const member: PeerSeen = {
    databag: { data: true, endpoint: '10.0.0.7:2379' },
    requested: new Map(),
    issued: new Map(),
  }
  const peers = { ...serving.peers, units: new Map([['etcd/6', member]]) }
  assert.equal(leaves(['etcd/6'], { peers }), undefined)
})

test('a token comes once, whatever generation Juju tells again', () => {
  const observed = seenBy(undefined, {})
  const claim = { token: 'later', generation: 7, unit: 'etcd/5' }
  const restored = { ...observed, machine: { ...observed.machine, claim } }
  assert.equal(nextFounding(restored, 1).generation, 8)
  // The first one of an application that is deployed anew in the model where it was lost, and later ones.
  for (const generation of [0, 1])
    assert.notEqual(
      nextFounding(observed, generation).token,
      nextFounding({ ...observed, now: observed.now + 1 }, generation).token,
    )
})

test('who was left out of a restore is counted in, although the unit that restored has been replaced', () => {
  const restore = { snapshot: 'a', unit: 'etcd/0', without: ['etcd/6'], before: born }
  const founding: Founding = { ...born, generation: 2, restore }
  const observed = seenBy(founding, { 'etcd/6': 'in use' })
  assert.ok(observed.peers)
  const units = new Map(observed.peers.units)
  units.set('etcd/6', { databag: { data: true, joined: 'token' }, requested: new Map(), issued: new Map() })
  const peers = { ...observed.peers, units }
  const [write] = planFounding({ ...observed, peers }, peers)
  assert.ok(write?.kind === 'founding/write')
  assert.equal(write.founding.restore?.without, undefined)
  assert.equal(write.founding.generation, 2)
})

test('units that are waited for are named', () => {
  const observed = seenBy(anew, { 'etcd/6': 'in use', 'etcd/7': stands(3) }, [
    'etcd/5',
    'etcd/6',
    'etcd/7',
    'etcd/8',
  ])
  assert.deepEqual(untold(observed), ['etcd/6', 'etcd/8'])
})

test('whoever is named, nobody goes further, and nobody runs', () => {
  const told = fc.oneof(
    fc.constant<Told>('none'),
    fc.constant<Told>('in use'),
    fc.record({
      generation: fc.nat(3),
      term: fc.constant('1'),
      index: fc.nat(200).map(String),
      token: fc.constantFrom('token', 'earlier'),
    }),
  )
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.nat(20).map((nth) => `etcd/${nth + 6}`),
        told,
        { maxKeys: 6 },
      ),
      (units) => {
        const observed = seenBy(anew, units)
        const outcome = founded(observed)
        const positions = Object.values(units).filter((row) => typeof row === 'object')
        if (outcome === 'nobody') {
          assert.ok(
            Object.values(units).some(
              (row) => row === 'in use' || (typeof row === 'object' && row.token !== 'token'),
            ),
          )
          return
        }
        assert.ok(!Object.values(units).includes('in use'))
        const chosen = units[outcome.split(' ')[0] ?? '']
        if (typeof chosen !== 'object') assert.deepEqual(positions, [])
        else
          for (const other of positions)
            assert.ok(
              other.generation < chosen.generation ||
                (other.generation === chosen.generation && BigInt(other.index) <= BigInt(chosen.index)),
            )
      },
    ),
  )
})
