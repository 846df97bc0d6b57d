import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import { noQuorumExists } from '../../../../../src/charm/plan/cluster/guards.ts'
import type { MemberSeen, Observed, PeerSeen } from '../../../../../src/charm/observed.ts'
import { planAlarms } from '../../../../../src/charm/plan/cluster/alarms.ts'
import { planDoubt } from '../../../../../src/charm/plan/cluster/damage.ts'
import { healthConditions } from '../../../../../src/charm/plan/cluster/health.ts'
import { lostQuorum } from '../../../../../src/charm/plan/cluster/quorum.ts'
import type { MemberStatus } from '../../../../../src/etcd/types.ts'
import { settled } from '../../observation.ts'
import { running } from '../../observed-changes.ts'
import { etcdUp, member, statusOf } from './members.ts'

function well(nth: number, more: Partial<MemberStatus> = {}): MemberSeen {
  return member(nth, { status: statusOf(member(nth).id, more) })
}

function seen(members: readonly MemberSeen[], more: Parameters<typeof etcdUp>[1] = {}): Observed {
  return { ...settled(), etcd: etcdUp(members, more) }
}

function told(observed: Observed): readonly string[] {
  return healthConditions(observed).map(({ status: word, scope, message }) => `${scope} ${word}: ${message}`)
}

test('members that are well are not spoken of', () => {
  assert.deepEqual(told(seen([well(0), well(1), well(2)])), [])
})

test('a unit tells its own lacks, and the leader those of the others, too', () => {
  const members = [well(0), well(1, { dbSize: 1_900_000_000n }), well(2, { raftIndex: 100n })]
  const words = [
    'application active: etcd-1: the database has 88 % of its quota; compact and defragment it or raise quota-backend-bytes',
    'application active: etcd-2: 19900 entries behind the leader; look at its disk and network',
  ]
  assert.deepEqual(told(seen(members)), words)
  assert.deepEqual(told({ ...seen(members), leader: false }), [])
  const own = told({ ...seen([well(0, { dbSize: 1_900_000_000n }), well(1)]), leader: false })
  assert.match(own.join(), /^unit active: etcd-0: the database has 88 %/)
})

test('alarms are told by their names', () => {
  const alarms = [
    { member: member(0).id, kind: 'no-space' },
    { member: member(1).id, kind: 'corrupt' },
  ] as const
  const words = told(seen([well(0), well(1), well(2)], { alarms }))
  assert.match(words[0] ?? '', /^unit blocked: etcd-0: the database is full/)
  assert.match(words[1] ?? '', /^application blocked: etcd-1: etcd found its data to differ/)
})

test('the alarm of a member that is gone is taken back, and no other', () => {
  const observed = seen([well(0), well(2)], { alarms: [{ member: member(1).id, kind: 'corrupt' }] })
  assert.deepEqual(
    planAlarms(observed).map(({ kind }) => kind),
    ['alarm/disarm'],
  )
  assert.deepEqual(
    planAlarms(seen([well(0), well(1)], { alarms: [{ member: member(1).id, kind: 'corrupt' }] })),
    [],
  )
})

const wholeCluster = '0'

test('an alarm of no one member is told by the leader, and no member is said to be gone', () => {
  const alarms = [
    { member: wholeCluster, kind: 'corrupt' },
    { member: wholeCluster, kind: 'no-space' },
  ] as const
  const full = { dbSize: 1_900_000_000n }
  const observed = seen([well(0), well(1, full)], { alarms })
  assert.match(told(observed).join(), /application blocked: etcd found data to differ, not whose/)
  assert.match(told(observed).join(), /application blocked: etcd takes no writes \(alarm NOSPACE/)
  assert.deepEqual(told({ ...observed, leader: false }), [])
  assert.deepEqual(planAlarms(observed), [])
  assert.deepEqual(planDoubt(running(observed)), [])
})

const verdicts = [
  ['same', true],
  ['different', false],
  ['incomplete', false],
  [undefined, false],
] as const

for (const [compared, over] of verdicts)
  test(`where data that etcd found to differ is ${compared ?? 'not compared'}, its alarm is ${over ? 'taken back by the leader' : 'left'}`, () => {
    const alarms = [{ member: wholeCluster, kind: 'corrupt' }] as const
    const observed = seen([well(0), well(1)], { alarms, compared })
    assert.equal(planAlarms(observed).length, over ? 1 : 0)
    assert.deepEqual(planAlarms({ ...observed, leader: false }), [])
  })

test('the alarm of a full database that names no member goes when those that answer have room', () => {
  const alarms = [{ member: wholeCluster, kind: 'no-space' }] as const
  const away = member(2, { responds: false })
  assert.equal(planAlarms(seen([well(0), well(1), away], { alarms })).length, 1)
  assert.equal(planAlarms(seen([well(0), well(1, { dbSize: 1_900_000_000n }), away], { alarms })).length, 0)
})

function stands(answering: number, voters: number, endpoints = 0): Observed {
  const standing = Array.from({ length: voters }, (_, nth) => member(nth, { responds: nth < answering }))
  const observed = settled()
  assert.ok(observed.peers)
  const others = Array.from({ length: endpoints }, (_, nth) => {
    const databag = { endpoint: `10.0.0.${nth + 2}:2379` }
    const peer: PeerSeen = { databag, requested: new Map(), issued: new Map() }
    return [`etcd/${nth + 1}`, peer] as const
  })
  return {
    ...observed,
    peers: { ...observed.peers, units: new Map([...observed.peers.units, ...others]) },
    etcd: { kind: 'down', why: 'no leader', standing },
  }
}

const losses: readonly (readonly [string, Observed, boolean])[] = [
  ['one of three answers', stands(1, 3), true],
  ['two of five answer', stands(2, 5), true],
  ['two of three answer: they elect a leader', stands(2, 3), false],
  ['three of five answer', stands(3, 5), false],
  ['it has a quorum', seen([well(0), well(1), member(2, { responds: false })]), false],
]

for (const [when, observed, lost] of losses)
  test(`when ${when}, the quorum is ${lost ? 'lost' : 'not lost'}, and recovery is ${lost ? 'allowed' : 'refused'}`, () => {
    assert.equal(lostQuorum(observed) !== undefined, lost)
    assert.equal(noQuorumExists.holds(observed), lost)
  })

test('recovery is refused where this unit is the one that is cut off, and the others told that they serve', () => {
  assert.equal(noQuorumExists.holds(stands(1, 3, 2)), false)
  assert.equal(noQuorumExists.holds(stands(1, 3, 1)), true)
})

test('a member whose data is in question takes its alarm back and starts anew, to compare itself with the others', () => {
  const alarms = [{ member: member(0).id, kind: 'corrupt' }] as const
  const observed = running(settled())
  const etcd = seen([well(0), well(1), well(2)], { alarms }).etcd
  assert.deepEqual(
    decide({ ...observed, etcd }).steps.map(({ kind }) => kind),
    ['data/doubt', 'alarm/disarm', 'service/restart'],
  )
})

test('until it has started anew, its data stays in question, though the alarm is taken back and whatever holds the restart', () => {
  const observed = running(settled())
  const { invocation } = observed.machine.run
  const inDoubt = (doubt = { invocation }): Observed => ({
    ...observed,
    machine: { ...observed.machine, doubt },
  })
  const words =
    'unit waiting: etcd-0: etcd found its data to differ; it compares it with the others at its next start, and joins anew if it does'
  for (const members of [undefined, [well(0), well(1), well(2)]]) {
    const { etcd } = members ? seen(members) : observed
    const plan = decide({ ...inDoubt(), etcd }).steps.map(({ kind }) => kind)
    assert.deepEqual(plan, ['service/restart'])
    assert.deepEqual(told({ ...inDoubt(), etcd }), [words])
  }
  const alarms = [{ member: member(0).id, kind: 'corrupt' }] as const
  const again = { ...inDoubt({ invocation: 'earlier' }), etcd: etcdUp([well(0), well(1)], { alarms }) }
  assert.deepEqual(
    planDoubt(again).map(({ kind }) => kind),
    ['data/doubt'],
  )
  assert.deepEqual(planDoubt({ ...again, ...inDoubt() }), [])
})

test('the alarm of a full database is its own member’s to take back, once it runs with room', () => {
  const alarms = [
    { member: member(0).id, kind: 'no-space' },
    { member: member(1).id, kind: 'no-space' },
  ] as const
  const size = 100_000_000n
  const steps = (quota: number): readonly string[] => {
    const observed = running(settled())
    const { loaded } = observed.machine
    assert.ok(loaded)
    const { etcd } = seen([well(0, { dbSize: size }), well(1, { dbSize: size })], { alarms })
    const plan = planAlarms({
      ...observed,
      etcd,
      machine: { ...observed.machine, loaded: { ...loaded, quota } },
    })
    return plan.map((step) => `${step.kind} ${'member' in step ? step.member : ''}`)
  }
  assert.deepEqual(steps(110_000_000), [])
  assert.deepEqual(steps(200_000_000), [`alarm/disarm ${member(0).id}`])
})
