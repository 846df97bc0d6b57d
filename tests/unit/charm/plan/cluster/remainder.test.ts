// Who goes on without members that went without leaving: only those who have all that was agreed on, and never two parts of one cluster.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { MemberSeen, Observed, PeerSeen } from '../../../../../src/charm/observed.ts'
import { conditionsOf } from '../../../../../src/charm/plan/conditions.ts'
import { planFounding } from '../../../../../src/charm/plan/cluster/founding.ts'
import { remainderOf } from '../../../../../src/charm/plan/cluster/remainder.ts'
import type { PeerUnit } from '../../../../../src/interfaces/etcd-peers.ts'
import { settled } from '../../observation.ts'
import { member } from './members.ts'

interface Scene {
  /** What a member that has no quorum knows. */
  readonly standing: readonly MemberSeen[]
  /** Units that Juju has, the first of them the leader. */
  readonly units: readonly number[]
  readonly told?: PeerUnit
  readonly more?: Partial<Observed>
}

const gone = (nth: number): MemberSeen => member(nth, { responds: false })

function seen({ standing, units, told = {}, more = {} }: Scene): Observed {
  const observed = settled()
  assert.ok(observed.peers)
  const { application } = observed.peers
  const founding = { founder: 'etcd/0', token: 'token', generation: 3, born: true } as const
  const names = units.map((nth) => `etcd/${nth}`)
  const peer: PeerSeen = { databag: told, requested: new Map(), issued: new Map() }
  return {
    ...observed,
    unit: names[0] ?? '',
    expectedUnits: new Set(names),
    etcd: { kind: 'down', why: 'no leader', standing },
    peers: {
      ...observed.peers,
      application: { ...application, founding },
      units: new Map(names.map((name) => [name, peer])),
    },
    ...more,
  }
}

function founded(observed: Observed): string {
  assert.ok(observed.peers)
  const [write] = planFounding(observed, observed.peers)
  if (write?.kind !== 'founding/write') return 'nobody'
  return `${write.founding.founder ?? 'whose data goes furthest'} in generation ${write.founding.generation}`
}

const blank: PeerUnit = { data: false }
const rows: readonly (readonly [when: string, scene: Scene, outcome: string])[] = [
  ['one of two is gone', { standing: [member(0), gone(1)], units: [0] }, 'etcd/0 in generation 4'],
  [
    'the founder is the one that is gone',
    { standing: [gone(0), member(1)], units: [1] },
    'etcd/1 in generation 4',
  ],
  ['one of two is away', { standing: [member(0), gone(1)], units: [0, 1] }, 'nobody'],
  ['the gone one of two still runs', { standing: [member(0), member(1)], units: [0] }, 'nobody'],
  [
    'two of four are gone',
    { standing: [member(0), member(1), gone(2), gone(3)], units: [0, 1] },
    'whose data goes furthest in generation 4',
  ],
  [
    'two of four are gone, one of the others is away',
    { standing: [member(0), gone(1), gone(2), gone(3)], units: [0, 1] },
    'nobody',
  ],
  ['two of three are gone', { standing: [member(0), gone(1), gone(2)], units: [0] }, 'nobody'],
  ['one of three is gone and one away', { standing: [member(0), gone(1), gone(2)], units: [0, 1] }, 'nobody'],
  [
    'one of two is gone, and one that has no data is to come',
    { standing: [member(0), gone(1)], units: [0, 2], told: blank },
    'etcd/0 in generation 4',
  ],
  [
    'one of two is gone, and another one learns',
    {
      standing: [member(0), gone(1), member(2, { learner: true })],
      units: [0, 2],
      told: { data: true },
    },
    'etcd/0 in generation 4',
  ],
  [
    'one of two is gone, and one without data leads',
    {
      standing: [member(0), gone(1)],
      units: [2, 0],
      told: { data: true },
      more: { machine: { ...settled().machine, data: false, claim: undefined } },
    },
    'etcd/0 in generation 4',
  ],
  [
    'one of two is gone, and another has data of which the first knows nothing',
    { standing: [member(0), gone(1)], units: [0, 2], told: { data: true } },
    'nobody',
  ],
  [
    'one of two is gone, and the other does not lead',
    { standing: [member(0), gone(1)], units: [0], more: { leader: false } },
    'nobody',
  ],
  [
    'one of two is on its way out and stands still',
    {
      standing: [member(0), gone(1)],
      units: [0],
      more: { presentUnits: new Set(['etcd/0', 'etcd/1']) },
    },
    'nobody',
  ],
  [
    'one of two is gone, and this hook has not asked who is planned',
    { standing: [member(0), gone(1)], units: [0], more: { expectedUnits: undefined } },
    'nobody',
  ],
]

for (const [when, scene, outcome] of rows)
  test(`when ${when}, ${outcome} goes on`, () => {
    assert.equal(founded(seen(scene)), outcome)
  })

test('the status names who went, until it goes on', () => {
  const observed = seen({ standing: [member(0), gone(1)], units: [0] })
  assert.ok(observed.peers)
  assert.deepEqual(
    conditionsOf(observed, observed.peers.ledger).map(({ message }) => message)[0],
    'waiting to go on without etcd-1, which went without leaving',
  )
})

test('whoever goes on had a part in all that was agreed on, and the others can agree on nothing more', () => {
  const scene = fc.record({
    count: fc.integer({ min: 1, max: 7 }),
    here: fc.array(fc.boolean(), { minLength: 7 }),
  })
  fc.assert(
    fc.property(scene, ({ count, here }) => {
      const all = Array.from({ length: count }, (_, nth) => nth)
      const stays = all.filter((nth) => here[nth])
      const standing = all.map((nth) => (here[nth] ? member(nth) : gone(nth)))
      const remainder = stays.length > 0 ? remainderOf(seen({ standing, units: stays })) : undefined
      if (!remainder) return
      const quorum = Math.floor(count / 2) + 1
      const others = count - stays.length
      assert.ok(others < quorum, 'the others have no quorum without them')
      assert.ok(stays.length < quorum, 'nor have they')
      assert.ok(stays.length + quorum > count, 'every quorum has had one of them')
    }),
  )
})
