import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { Observed } from '../../../../../src/charm/observed.ts'
import { dataOf, isRecordOlder } from '../../../../../src/charm/plan/cluster/data.ts'
import { nextFounding, ownPosition } from '../../../../../src/charm/plan/cluster/founding.ts'
import type { Founding } from '../../../../../src/interfaces/etcd-peers.ts'
import { settled } from '../../observation.ts'
import { kinds, running } from '../../observed-changes.ts'
import { etcdUp, member } from './members.ts'

const born: Founding = { founder: 'etcd/9', token: 'token', generation: 2, born: true }

function seen(
  founding: Founding,
  machine: Partial<Observed['machine']>,
  more: Partial<Observed> = {},
): Observed {
  const observed = running(settled())
  assert.ok(observed.peers)
  return {
    ...observed,
    etcd: { kind: 'down', why: 'nobody answers', standing: undefined },
    ...more,
    machine: { ...observed.machine, ...machine },
    peers: { ...observed.peers, application: { ...observed.peers.application, founding } },
  }
}

const old = { token: 'earlier', generation: 1, unit: 'etcd/0' }
const moved = { token: 'token', generation: 2, unit: 'etcd/3' }
const ours = { token: 'token', generation: 2, unit: 'etcd/0' }
const position = { member: member(0).id, term: 2n, index: 30n }
const up = (members = [member(0)]): Observed['etcd'] => etcdUp(members)

test('data is known by the founding and the unit that it was written under', () => {
  assert.equal(dataOf(seen(born, { data: false, claim: undefined })), 'none')
  assert.equal(dataOf(seen(born, { claim: ours })), 'ours')
  assert.equal(dataOf(seen(born, { claim: old })), 'foreign')
  assert.equal(dataOf(seen(born, { claim: moved })), 'foreign')
})

test('data without a claim is of a member that was started and not seen yet', () => {
  assert.equal(dataOf(seen(born, { claim: undefined, service: 'active' })), 'ours')
  assert.equal(dataOf(seen(born, { claim: undefined, service: 'inactive', position })), 'foreign')
  const listed = seen(born, { claim: undefined, service: 'inactive', position }, { etcd: up() })
  assert.equal(dataOf(listed), 'ours')
  const founder = { ...born, founder: 'etcd/0' }
  assert.equal(dataOf(seen(founder, { claim: undefined, service: 'inactive', position })), 'ours')
})

const plans: readonly (readonly [string, Observed, readonly string[]])[] = [
  [
    'a member that was away while its cluster was founded anew stops, and does nothing else',
    seen(born, { claim: old }),
    ['service/stop'],
  ],
  [
    'it stops even where the old cluster serves',
    seen(born, { claim: old }, { etcd: up([member(0), member(1), member(2)]) }),
    ['service/stop'],
  ],
  [
    'while nobody knows who founds, every member stops',
    seen({ token: 'next', generation: 3 }, { claim: ours }),
    ['service/stop'],
  ],
  [
    'and none is started',
    seen({ token: 'next', generation: 3 }, { claim: ours, service: 'inactive', position }),
    [],
  ],
  [
    'a unit never starts on data that was left behind while it does not hear of the others',
    seen(born, { claim: old, service: 'inactive', position }),
    [],
  ],
  [
    'once it hears of them, the data makes way',
    seen(born, { claim: old, service: 'inactive', position }, { etcd: up([member(1)]) }),
    ['data/set-aside'],
  ],
  [
    'the founder goes on with what it has',
    seen({ founder: 'etcd/0', token: 'next', generation: 3 }, { claim: ours, service: 'inactive', position }),
    ['data/resume'],
  ],
  [
    'and resumes again where it died on the way, with etcd running',
    seen({ founder: 'etcd/0', token: 'next', generation: 3 }, { claim: ours }),
    ['data/resume'],
  ],
  [
    'until etcd serves: then the data is claimed',
    seen({ founder: 'etcd/0', token: 'next', generation: 3 }, { claim: ours }, { etcd: up() }),
    ['data/claim'],
  ],
  [
    'data that goes on under the old name for a moment is not set aside',
    seen(
      { founder: 'etcd/0', token: 'next', generation: 3 },
      { claim: ours },
      { etcd: up([member(0, { name: 'etcd-7', peerUrls: ['https://10.0.0.99:2380'] })]) },
    ),
    [],
  ],
  [
    'a member with its own data starts',
    seen(born, { claim: ours, service: 'inactive', position }),
    ['service/start'],
  ],
]

const other = new Set(['file/write', 'service/restart'])
for (const [title, observed, steps] of plans)
  test(title, () => {
    assert.deepEqual(
      kinds(decide(observed).steps).filter((kind) => !other.has(kind)),
      steps,
    )
  })

test('a unit tells how far data goes that it does not run, and nothing of its own', () => {
  const told = { generation: 1, term: '2', index: '30', token: 'token' }
  assert.deepEqual(ownPosition(seen(born, { claim: old, service: 'inactive', position })), told)
  assert.equal(ownPosition(seen(born, { claim: ours, service: 'inactive', position })), undefined)
  assert.equal(ownPosition(seen(born, { claim: old, position: undefined })), undefined)
  const unreadable = ownPosition(seen(born, { claim: old, service: 'inactive', position: 'unreadable' }))
  assert.equal(unreadable?.index, '0')
})

const { modelUuid } = settled()
/** A year after the backup that the controller was restored from. */
const later = { token: `${modelUuid}-etcd-3-1700000000000`, generation: 3, unit: 'etcd/0' }
const replaced = { folder: '/data/set-aside-1', claim: { token: 'token', generation: 2, unit: 'etcd/0' } }

test('a member with data of a later founding than juju knows goes on serving, and the operator is told', () => {
  for (const etcd of [up(), seen(born, {}).etcd]) {
    const ahead = seen(born, { claim: later }, { etcd })
    const { steps, writes, conditions } = decide(ahead)
    assert.deepEqual(steps, [])
    assert.match(
      conditions[0]?.message ?? '',
      /^juju's record of the cluster is older than its data.*; run rec/,
    )
    const [write] = writes
    assert.equal(write?.kind === 'peer-unit/write' && write.unit.ahead, true)
  }
  // Its machine was started anew meanwhile.
  assert.deepEqual(
    decide(seen(born, { claim: later, service: 'inactive', position }, { etcd: up([member(1)]) })).steps,
    [],
  )
})

test('it stops once the operator recovers, for a generation beyond its data', () => {
  const ahead = seen(born, { claim: later }, { etcd: up() })
  assert.ok(isRecordOlder(ahead))
  const founding = nextFounding(ahead, 2)
  assert.equal(founding.generation, 4)
  assert.deepEqual(kinds(decide(seen(founding, { claim: later }, { etcd: up() })).steps), ['service/stop'])
  assert.ok(!isRecordOlder(seen(founding, { claim: later })))
})

test('data of others, or what a restore that juju does not know of has put there, makes way as ever', () => {
  const stopped = (machine: Partial<Observed['machine']>): readonly string[] =>
    kinds(decide(seen(born, machine, { etcd: up() })).steps)
  assert.deepEqual(stopped({ claim: { ...later, unit: 'etcd/3' } }), ['service/stop'])
  assert.deepEqual(stopped({ claim: { ...later, token: 'another-model-etcd-3-1' } }), ['service/stop'])
  assert.deepEqual(stopped({ claim: later, replaced: [replaced] }), ['service/stop'])
  const attached = { claim: later, service: 'inactive', position, loaded: undefined } as const
  assert.ok(!isRecordOlder(seen(born, attached)))
})

test('a leader whose own data is no later knows it from another unit', () => {
  const observed = seen(born, { claim: ours })
  assert.ok(observed.peers && !isRecordOlder(observed))
  const other = { databag: { ahead: true }, requested: new Map(), issued: new Map() }
  const units = new Map([...observed.peers.units, ['etcd/1', other]])
  assert.ok(isRecordOlder({ ...observed, peers: { ...observed.peers, units } }))
})
