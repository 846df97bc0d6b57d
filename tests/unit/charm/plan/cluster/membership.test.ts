import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MemberSeen, Observed } from '../../../../../src/charm/observed.ts'
import { planDeparture, planMembership } from '../../../../../src/charm/plan/cluster/membership.ts'
import { settled } from '../../observation.ts'
import { etcdUp, member, statusOf } from './members.ts'

/** Unit etcd/0 at 10.0.0.1, with these members; its own runs if it has data. */
function seen(
  members: readonly MemberSeen[],
  more: Partial<Observed> = {},
  here = more.machine?.data !== false,
): Observed {
  return { ...settled(), etcd: etcdUp(members, { here }), ...more }
}

function plan(observed: Observed): readonly string[] {
  return planMembership(observed).map((step) =>
    'member' in step ? `${step.kind} ${step.member}` : step.kind,
  )
}

const corrupt = (nth: number) => ({ member: member(nth).id, kind: 'corrupt' }) as const
const damaged = { ...settled().machine, service: 'failed', damage: 'walpb: crc mismatch' } as const
const newcomer = { ...settled().machine, data: false }
const in36 = (nth: number, more: Partial<MemberSeen> = {}) =>
  member(nth, { status: statusOf(member(nth).id, { version: '3.6.16' }), ...more })
const learners36 = [3, 4, 5].map((nth) => in36(nth, { learner: true, name: nth === 5 ? '' : `etcd-${nth}` }))
const three = [member(0), member(1), member(2)]

const rows: readonly {
  readonly when: string
  readonly observed: Observed
  readonly steps: readonly string[]
}[] = [
  { when: 'it is a voter among voters', observed: seen(three), steps: [] },
  {
    when: 'it is no member yet',
    observed: seen([member(1)], { machine: newcomer }),
    steps: ['member/add'],
  },
  {
    when: 'another unit is joining',
    observed: seen([member(1), member(2, { learner: true })], { machine: newcomer }),
    steps: [],
  },
  {
    when: 'three are joining, and etcd is in a version that takes four',
    observed: seen([in36(1), in36(2), ...learners36], { machine: newcomer }),
    steps: ['member/add'],
  },
  {
    when: 'as many are joining as etcd takes',
    observed: seen([in36(1), in36(2), ...learners36, in36(6, { learner: true })], { machine: newcomer }),
    steps: [],
  },
  {
    when: 'another unit is joining, and one voter is in a version that takes one',
    observed: seen(
      [
        in36(1),
        member(2, { status: statusOf(member(2).id, { version: '3.5.30' }) }),
        in36(3, { learner: true }),
      ],
      {
        machine: newcomer,
      },
    ),
    steps: [],
  },
  {
    when: 'another member is away',
    observed: seen([member(1), member(2, { responds: false })], { machine: newcomer }),
    steps: [],
  },
  {
    when: 'it was added and has not started yet',
    observed: seen([member(0, { name: '', learner: true }), member(1)], { machine: newcomer }),
    steps: [],
  },
  {
    when: 'it runs as a learner',
    observed: seen([member(0, { learner: true }), member(1)]),
    steps: ['member/promote 1'],
  },
  {
    when: 'it has data of a member that the cluster does not have',
    observed: seen([member(1), member(2)]),
    steps: ['data/set-aside'],
  },
  {
    when: 'its data is lost, and the others can go on',
    observed: seen([member(0, { responds: false }), member(1), member(2)], { machine: newcomer }),
    steps: ['member/remove 1'],
  },
  {
    when: 'its data is lost, and so would be the quorum',
    observed: seen([member(0), member(1), member(2, { responds: false })], { machine: newcomer }),
    steps: [],
  },
  {
    when: 'it is alone, and its data is lost',
    observed: seen([member(0)], { machine: newcomer }),
    steps: [],
  },
  {
    when: 'its address has changed',
    observed: seen([member(0, { peerUrls: ['https://10.0.0.77:2380'] }), member(1)]),
    steps: ['member/update 1'],
  },
  {
    when: 'it is a learner whose address has changed: etcd would forget that it is one',
    observed: seen([member(0, { learner: true, peerUrls: ['https://10.0.0.77:2380'] }), member(1)]),
    steps: ['member/promote 1'],
  },
  {
    when: 'it is a learner whose address has changed and that nobody finds any more',
    observed: seen(
      [member(0, { learner: true, responds: false, peerUrls: ['https://10.0.0.77:2380'] }), member(1)],
      { machine: { ...settled().machine, service: 'failed' } },
      false,
    ),
    steps: ['member/remove 1'],
  },
  {
    when: 'the address that it has now is still that of a member that is gone',
    observed: seen([member(1), member(7, { peerUrls: ['https://10.0.0.1:2380'] })], { machine: newcomer }),
    steps: [],
  },
  {
    when: 'its address has changed to that of another member',
    observed: seen([
      member(0, { peerUrls: ['https://10.0.0.77:2380'] }),
      member(1, { peerUrls: ['https://10.0.0.1:2380'] }),
    ]),
    steps: [],
  },
  {
    when: 'the leader does not know its address yet',
    observed: seen([member(1)], {
      machine: newcomer,
      addresses: { peer: '10.0.0.99', client: '10.0.0.99', names: [] },
    }),
    steps: [],
  },
  {
    when: 'etcd says that its data is damaged, and the others can go on',
    observed: seen([member(0, { responds: false }), member(1), member(2)], { machine: damaged }),
    steps: ['member/remove 1'],
  },
  {
    when: 'etcd says that its data is damaged, and the others can not go on',
    observed: seen([member(0, { responds: false }), member(1), member(2, { responds: false })], {
      machine: damaged,
    }),
    steps: [],
  },
  {
    when: 'an alarm says that its data differs: that alone costs it nothing',
    observed: seen(three, { etcd: etcdUp(three, { alarms: [corrupt(0)] }) }),
    steps: [],
  },
  {
    when: 'its data is damaged, and that of another is in question',
    observed: seen([member(0, { responds: false }), member(1), member(2)], {
      machine: damaged,
      etcd: etcdUp(three, { alarms: [corrupt(1)] }),
    }),
    steps: [],
  },
  {
    when: 'a learner that never started is of no unit',
    observed: seen([member(0), member(7, { name: '', learner: true, responds: false })], {
      expectedUnits: new Set(['etcd/0']),
    }),
    steps: ['member/remove 8'],
  },
  {
    when: 'a learner that never started is of this unit, which leads',
    observed: seen([member(0, { name: '', learner: true, responds: false }), member(1)], {
      machine: newcomer,
      expectedUnits: new Set(['etcd/0', 'etcd/1']),
    }),
    steps: [],
  },
  {
    when: 'Juju has no unit any more for a member that is away',
    observed: seen([member(0), member(1), member(2, { responds: false })], {
      expectedUnits: new Set(['etcd/0', 'etcd/1']),
    }),
    steps: ['member/remove 3'],
  },
  {
    when: 'the unit of a member is on its way out, and sees to it itself',
    observed: seen([member(0), member(1), member(2, { responds: false })], {
      expectedUnits: new Set(['etcd/0', 'etcd/1']),
      presentUnits: new Set(['etcd/0', 'etcd/1', 'etcd/2']),
    }),
    steps: [],
  },
  {
    when: 'two are of no unit: one change at a time, and only while a quorum stays',
    observed: seen([member(0), member(1, { responds: false }), member(2, { responds: false })], {
      expectedUnits: new Set(['etcd/0']),
    }),
    steps: [],
  },
  {
    when: 'unit 10 is gone and unit 1 is not',
    observed: seen([member(0), member(1), member(10)], { expectedUnits: new Set(['etcd/0', 'etcd/1']) }),
    steps: ['member/remove 11'],
  },
  {
    when: 'it does not lead, it removes nobody',
    observed: seen([member(0), member(1), member(2)], {
      leader: false,
      expectedUnits: new Set(['etcd/0']),
    }),
    steps: [],
  },
]

for (const { when, observed, steps } of rows)
  test(`when ${when}: ${steps.join(', ') || 'nothing'}`, () => {
    assert.deepEqual(plan(observed), steps)
  })

test('a unit that leaves takes its member along, unless it is the last or the others could not go on', () => {
  assert.equal(planDeparture(three, member(0))?.kind, 'member/remove')
  assert.equal(planDeparture([member(0)], member(0)), undefined)
  assert.equal(planDeparture([member(0), member(1, { responds: false })], member(0)), undefined)
  assert.equal(planDeparture([member(0), member(1, { learner: true })], member(0)), undefined)
})
