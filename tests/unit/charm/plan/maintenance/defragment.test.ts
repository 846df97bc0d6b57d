import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { MemberSeen, Observed } from '../../../../../src/charm/observed.ts'
import { inOrderOfTurns, whyNotDefragment } from '../../../../../src/charm/plan/maintenance/defragment.ts'
import { isTight, lacksRoom } from '../../../../../src/charm/plan/maintenance/room.ts'
import { defaults } from '../../../../../src/config.ts'
import { settled } from '../../observation.ts'
import { running } from '../../observed-changes.ts'
import { etcdUp, member, statusOf } from '../cluster/members.ts'

const MiB = 1024 * 1024
const GiB = 1024 * MiB

/** With so many MiB in its database, and so many of them in use. */
function filled(nth: number, all: number, used: number, more: Partial<MemberSeen> = {}): MemberSeen {
  const status = statusOf(member(nth).id, { dbSize: BigInt(all * MiB), dbSizeInUse: BigInt(used * MiB) })
  return member(nth, { status, ...more })
}

interface Told {
  readonly schedule?: string
  readonly free?: number
  readonly insists?: boolean
}

/** etcd/0 in an update-status at midnight UTC. */
function seen(members: readonly MemberSeen[], told: Told = {}): Observed {
  const { schedule = 'always', free = 100 * GiB, insists = true } = told
  const options = { ...defaults, 'defragment-schedule': schedule }
  const capacity = { memoryBytes: 8 * GiB, diskBytes: 200 * GiB, freeBytes: free }
  const plain = settled()
  const machine = { ...plain.machine, capacity, databaseBytes: 100 * MiB }
  return {
    ...running({ ...plain, machine }),
    leader: false,
    insists,
    config: { inForce: options, onRecord: options, problems: [] },
    etcd: etcdUp(members),
  }
}

const stepsOf = (observed: Observed): readonly string[] =>
  decide(observed)
    .steps.filter(({ kind }) => kind === 'database/defragment')
    .map((step) => ('name' in step ? step.name : ''))

const follows = { leads: false }
const three = [filled(0, 100, 40, follows), filled(1, 100, 95), filled(2, 100, 95, { leads: true })]

test('by schedule a unit defragments its own member beyond the share of free pages, and no other', () => {
  assert.deepEqual(stepsOf(seen(three)), ['etcd-0'])
  assert.deepEqual(stepsOf(seen([filled(0, 100, 60, follows), ...three.slice(1)])), [])
  assert.deepEqual(stepsOf(seen([three[1] ?? member(1), filled(1, 100, 10), member(2)])), [])
})

test('off by default, in its part of the day alone, and only in update-status', () => {
  assert.equal(defaults['defragment-schedule'], '')
  assert.deepEqual(stepsOf(seen(three, { schedule: '' })), [])
  assert.deepEqual(stepsOf(seen(three, { schedule: '02:00-05:00' })), [])
  assert.deepEqual(stepsOf(seen(three, { schedule: '22:00-01:00' })), ['etcd-0'])
  assert.deepEqual(stepsOf(seen(three, { insists: false })), [])
})

test('the raft leader waits for the others that will go, and for none that has no room', () => {
  const leads = filled(0, 100, 40)
  const due = filled(1, 100, 40)
  const observed = seen([leads, due])
  const peer = observed.peers?.units.get('etcd/0')
  assert.ok(observed.peers && peer)
  const { peers } = observed
  const withOther = (told: Observed, tight: boolean): Observed => {
    const other = { ...peer, databag: { ...peer.databag, tight } }
    return { ...told, peers: { ...peers, units: new Map([...peers.units, ['etcd/1', other]]) } }
  }
  assert.deepEqual(stepsOf(withOther(observed, false)), [])
  assert.deepEqual(stepsOf(withOther(observed, true)), ['etcd-0'])
  assert.deepEqual(stepsOf(withOther(seen([leads, filled(1, 100, 95)]), false)), ['etcd-0'])
})

test('nobody is defragmented while a member is away or joins, or where data differs', () => {
  const away = [...three.slice(0, 2), member(2, { responds: false })]
  const joining = [...three.slice(0, 2), member(2, { learner: true })]
  for (const members of [away, joining]) assert.deepEqual(stepsOf(seen(members)), [])
  assert.match(whyNotDefragment(seen(away)) ?? '', /^etcd-2 is away; all members must answer/)
  assert.match(whyNotDefragment(seen(joining)) ?? '', /^etcd-2 is joining;/)
  const corrupt = seen(three)
  const etcd = etcdUp(three, { alarms: [{ member: member(1).id, kind: 'corrupt' }] })
  assert.match(whyNotDefragment({ ...corrupt, etcd }) ?? '', /run check-data first$/)
})

test('nobody is where the disk has no room for a copy, and that is told', () => {
  const observed = seen(three, { free: 50 * MiB })
  assert.ok(three[0] && lacksRoom(three[0], observed))
  const { steps, conditions } = decide(observed)
  assert.deepEqual(
    steps.filter(({ kind }) => kind === 'database/defragment'),
    [],
  )
  assert.ok(conditions.some(({ message }) => /^etcd-0: no room on the disk to defragment; /.test(message)))
})

test('that the disk is tight is told once, and taken back once it clearly is no more', () => {
  const machine = (free: number) => ({
    databaseBytes: 100 * MiB,
    capacity: { memoryBytes: GiB, diskBytes: GiB, freeBytes: free * MiB },
  })
  const told = (free: number, before: boolean) => isTight(machine(free), before)
  assert.deepEqual(
    [told(163, false), told(165, false), told(165, true), told(206, true)],
    [true, false, true, false],
  )
  assert.deepEqual(
    [true, false, undefined].map((before) => isTight({ databaseBytes: 1, capacity: undefined }, before)),
    [true, false, false],
  )
})

test('once in a hook, whatever it won', () => {
  const observed = seen(three)
  assert.deepEqual(stepsOf({ ...observed, etcd: etcdUp(three, { defragmented: true }) }), [])
})

test('on demand all go that have something to win, the leader last', () => {
  const members = [filled(0, 100, 40), filled(1, 100, 50), filled(2, 100, 100)]
  assert.deepEqual(
    inOrderOfTurns(members).map(({ name }) => name),
    ['etcd-1', 'etcd-0'],
  )
})
