import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { MemberSeen, Observed, PeerSeen, Translated } from '../../../../../src/charm/observed.ts'
import { conditionsOf } from '../../../../../src/charm/plan/conditions.ts'
import { nextLedger } from '../../../../../src/charm/plan/clients/ledger.ts'
import { planMembership } from '../../../../../src/charm/plan/cluster/membership.ts'
import { settled } from '../../observation.ts'
import { etcdUp, member } from './members.ts'

const closing: Translated = { closing: ['https://10.0.0.2:2380'], rejected: [] }

/** Unit etcd/0, which has no data and does not run. */
function joiner(members: readonly MemberSeen[], translated: Translated | undefined): Observed {
  const observed = settled()
  const machine = { ...observed.machine, data: false }
  return { ...observed, machine, etcd: etcdUp(members, { here: false, translated }) }
}

const steps = (observed: Observed): readonly string[] => planMembership(observed).map(({ kind }) => kind)
const told = (observed: Observed): readonly string[] =>
  conditionsOf(observed, nextLedger(observed)).map(({ status, message }) => `${status}: ${message}`)

describe('a unit that members turn away', () => {
  it('does not join, and joins once they do not', () => {
    assert.deepEqual(steps(joiner([member(1)], closing)), [])
    assert.deepEqual(steps(joiner([member(1)], { closing: [], rejected: [] })), ['member/add'])
  })

  it('removes the learner that never started, and none that has', () => {
    const own = member(0, { name: '', learner: true })
    assert.deepEqual(steps(joiner([own, member(1)], closing)), ['member/remove'])
    assert.deepEqual(steps(joiner([own, member(1)], { closing: [], rejected: [] })), [])
    const started = { ...joiner([member(0), member(1), member(2)], closing) }
    const machine = { ...started.machine, data: true }
    assert.deepEqual(steps({ ...started, machine }), [])
  })

  it('says so, with the option; and one whose certificates are on their way says those', () => {
    const observed = joiner([member(1)], closing)
    assert.ok(
      told(observed).some((line) =>
        /^blocked: https:.* turns this unit away: .*peer-address-check/.test(line),
      ),
    )
    const moved = {
      ...observed,
      addresses: { peer: '10.0.0.9', client: '10.0.0.9', names: ['10.0.0.9'] },
    }
    assert.ok(told(moved).every((line) => !line.includes('peer-address-check')))
  })

  it('is told of by the member that rejects it, by its address, while that serves on', () => {
    const observed = settled()
    const rejected = { closing: [], rejected: ['10.9.9.9'] }
    const lines = told({ ...observed, etcd: etcdUp([member(0)], { translated: rejected }) })
    assert.ok(lines.some((line) => /^active: etcd rejects a peer that comes from 10\.9\.9\.9/.test(line)))
  })
})

it('a learner that has not started is named, by the leader and by who waits behind it', () => {
  const observed = joiner([member(1), member(4, { name: '', learner: true })], undefined)
  assert.ok(observed.peers)
  const databag = { addresses: { peer: '10.0.0.5', client: '10.0.0.5', names: ['10.0.0.5'] } }
  const peer: PeerSeen = { databag, requested: new Map(), issued: new Map() }
  const units = new Map(observed.peers.units).set('etcd/4', peer)
  const application = {
    ...observed.peers.application,
    founding: { founder: 'etcd/1', token: 't', generation: 1 },
  }
  const lines = told({ ...observed, peers: { ...observed.peers, units, application } })
  assert.ok(lines.some((line) => line.startsWith('waiting: waiting to join: etcd/4 is joining')))
  assert.ok(lines.includes('active: etcd/4 was added as a member and has not started; see its status'))
})
