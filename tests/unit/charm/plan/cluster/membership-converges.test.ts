// Every unit plans for itself, in any order, on a cluster that obeys as etcd does, while units come, go, lose their data and are away.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { MemberSeen, Observed, PeerSeen } from '../../../../../src/charm/observed.ts'
import { memberName, ownMember, quorumOf, votersOf } from '../../../../../src/charm/plan/cluster/members.ts'
import { planDeparture, planMembership } from '../../../../../src/charm/plan/cluster/membership.ts'
import type { Step } from '../../../../../src/charm/step.ts'
import { isMemberId } from '../../../../../src/etcd/types.ts'
import { settled } from '../../observation.ts'
import { etcdUp, statusOf } from './members.ts'

interface UnitState {
  readonly address: string
  /** Id of the member whose data it has. */
  data: string | undefined
  away: boolean
}

/** How many learners etcd takes at once, by version. */
const learners = { '3.5.30': 1, '3.6.16': 4 } as const
const versions = ['3.5.30', '3.6.16'] as const

class Cluster {
  readonly units = new Map<string, UnitState>()
  members: MemberSeen[] = []
  #next = 0
  #nextId = 1

  readonly version: (typeof versions)[number]

  constructor(units: number, version: (typeof versions)[number]) {
    this.version = version
    for (let nth = 0; nth < units; nth += 1) this.addUnit()
    const [first] = this.units
    assert.ok(first)
    first[1].data = this.#add(first[1].address, false)
    this.start(first[0])
  }

  addUnit(): void {
    const nth = this.#next
    this.#next += 1
    this.units.set(`etcd/${nth}`, { address: `10.0.0.${nth + 1}`, data: undefined, away: false })
  }

  #add(address: string, learner: boolean): string {
    const id = String(this.#nextId)
    this.#nextId += 1
    assert.ok(isMemberId(id))
    const urls = { peerUrls: [`https://${address}:2380`], clientUrls: [] }
    this.members.push({ id, name: '', ...urls, learner, responds: false, leads: false })
    return id
  }

  /** Whoever is a member without data starts as that member. */
  start(unit: string): void {
    const state = this.units.get(unit)
    this.members = this.members.map((member) => {
      if (!state || member.peerUrls[0] !== `https://${state.address}:2380` || member.name !== '')
        return member
      state.data = member.id
      return { ...member, name: memberName(unit) }
    })
  }

  seen(): readonly MemberSeen[] {
    return this.members.map((member) =>
      this.#responds(member)
        ? { ...member, responds: true, status: statusOf(member.id, { version: this.version }) }
        : { ...member, responds: false },
    )
  }

  #responds(member: MemberSeen): boolean {
    return [...this.units.values()].some((state) => state.data === member.id && !state.away)
  }

  hasQuorum(): boolean {
    const voters = votersOf(this.seen())
    return voters.filter((member) => member.responds).length >= quorumOf(voters.length)
  }

  observe(unit: string): Observed | undefined {
    const state = this.units.get(unit)
    if (!state || state.away || !this.hasQuorum()) return undefined
    const observed = settled()
    const addressed = (of: UnitState) => ({ peer: of.address, client: of.address, names: [of.address] })
    const peer = (of: UnitState): PeerSeen => ({
      databag: { addresses: addressed(of) },
      requested: new Map(),
      issued: new Map(),
    })
    assert.ok(observed.peers)
    const members = this.seen()
    const here = members.some((member) => member.id === state.data)
    const claim = { token: 'token', generation: 1, unit }
    return {
      ...observed,
      unit,
      leader: unit === this.units.keys().next().value,
      addresses: addressed(state),
      expectedUnits: new Set(this.units.keys()),
      machine: {
        ...observed.machine,
        data: state.data !== undefined,
        claim,
        service: here ? 'active' : 'inactive',
      },
      peers: {
        ...observed.peers,
        units: new Map([...this.units].map(([name, of]) => [name, peer(of)])),
      },
      etcd: etcdUp(members, { here }),
    }
  }

  obey(unit: string, step: Step | undefined): void {
    if (!step) this.start(unit)
    else this.#change(unit, step)
  }

  #change(unit: string, step: Step): void {
    if (step.kind === 'data/set-aside') this.#edit(unit, { data: undefined })
    if (step.kind === 'member/add') this.#add(this.units.get(unit)?.address ?? '', true)
    if (step.kind === 'member/promote')
      this.members = this.members.map((row) => (row.id === step.member ? { ...row, learner: false } : row))
    if (step.kind === 'member/remove') this.members = this.members.filter((row) => row.id !== step.member)
  }

  #edit(unit: string, change: Partial<UnitState>): void {
    const state = this.units.get(unit)
    if (state) this.units.set(unit, { ...state, ...change })
  }

  disturb(what: (typeof disturbances)[number], nth: number): void {
    const [name] = [...this.units.keys()].slice(nth % this.units.size)
    assert.ok(name)
    if (what === 'added') this.addUnit()
    if (what === 'gone' && this.units.size > 1) this.units.delete(name)
    if (what === 'away') this.#edit(name, { away: true })
    if (what === 'back') this.#edit(name, { away: false })
    if (what === 'data lost') this.#edit(name, { data: undefined })
    // What would cost the quorum is another story.
    if (!this.hasQuorum()) throw new Beyond()
  }
}

class Beyond extends Error {}

const disturbances = ['added', 'gone', 'away', 'back', 'data lost'] as const

function assertGuarded(cluster: Cluster, step: Step): void {
  const members = cluster.seen()
  if (step.kind === 'member/remove') {
    const stay = votersOf(members).filter((member) => member.id !== step.member)
    assert.ok(stay.length > 0, 'the last voter stays')
    assert.ok(stay.filter((member) => member.responds).length >= quorumOf(stay.length), 'a quorum stays')
  }
  if (step.kind === 'member/update')
    assert.ok(
      members.every((member) => member.id !== step.member || !member.learner),
      'a learner is not updated',
    )
  if (step.kind === 'member/add')
    assert.ok(
      members.filter((member) => member.learner).length < learners[cluster.version],
      'no more learners than etcd takes',
    )
}

/** A hook that is killed dies after the first change that it makes. */
function runHook(cluster: Cluster, unit: string, killed: boolean): void {
  for (let round = 0; round < 10; round += 1) {
    const observed = cluster.observe(unit)
    const steps = observed ? planMembership(observed) : []
    assert.ok(steps.length <= 1, 'one change at a time')
    const [step] = steps
    const before = cluster.members
    if (step) assertGuarded(cluster, step)
    if (observed) cluster.obey(unit, step)
    if (killed || (!step && before.every((member, at) => member === cluster.members[at]))) return
  }
  assert.fail(`the plan of ${unit} does not settle`)
}

/** The unit's own member goes first, where it may. */
function leave(cluster: Cluster, unit: string): void {
  const observed = cluster.observe(unit)
  const own = observed && ownMember(observed)
  const step = own && planDeparture(cluster.seen(), own)
  if (step) {
    assertGuarded(cluster, step)
    cluster.obey(unit, step)
  }
  cluster.disturb('gone', [...cluster.units.keys()].indexOf(unit))
}

const acts = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constantFrom('hook' as const, 'killed hook' as const, 'leave' as const),
      nth: fc.nat(20),
    }),
    fc.record({ kind: fc.constantFrom(...disturbances), nth: fc.nat(20) }),
  ),
  { maxLength: 40 },
)

test('whatever happens, no guard is broken, and in the end every unit votes and nobody else', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom(...versions),
      acts,
      (units, version, story) => {
        const cluster = new Cluster(units, version)
        try {
          for (const { kind, nth } of story) {
            const unit = [...cluster.units.keys()][nth % cluster.units.size] ?? ''
            if (kind === 'hook' || kind === 'killed hook') runHook(cluster, unit, kind === 'killed hook')
            else if (kind === 'leave') leave(cluster, unit)
            else cluster.disturb(kind, nth)
          }
        } catch (error) {
          if (error instanceof Beyond) return
          throw error
        }
        for (let pass = 0; pass < 30; pass += 1)
          for (const unit of cluster.units.keys()) {
            cluster.disturb('back', [...cluster.units.keys()].indexOf(unit))
            runHook(cluster, unit, false)
          }
        assert.deepEqual(
          cluster.members.map(({ name, learner }) => `${name} ${learner}`).sort(),
          [...cluster.units.keys()].map((unit) => `${memberName(unit)} false`).sort(),
        )
      },
    ),
    { numRuns: 500 },
  )
})
