// What restore, recover-quorum and the status say of data that etcd can't run on: one of them is the way on, whatever else waits for that etcd.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whyNotRecover } from '../../../../src/charm/actions/recover-quorum.ts'
import { whyNotNow } from '../../../../src/charm/actions/restore/refusals.ts'
import type { MachineSeen, Observed, PeerSeen } from '../../../../src/charm/observed.ts'
import { describeDamage } from '../../../../src/charm/plan/cluster/damage.ts'
import type { PeerApplication, PeerUnit } from '../../../../src/interfaces/etcd-peers.ts'
import { settled } from '../observation.ts'

interface Seen {
  readonly application?: Partial<PeerApplication>
  readonly machine?: Partial<MachineSeen>
  readonly others?: Readonly<Record<string, PeerUnit>>
}

const words = 'its database was cut off'
/** Of the founding before, as after recover-quorum. */
const earlier = { token: 'earlier', generation: 1, unit: 'etcd/0' }
const unborn = { founder: 'etcd/0', token: 'token', generation: 2 }

function seen({ application = {}, machine = {}, others = {} }: Seen): Observed {
  const observed = settled()
  assert.ok(observed.peers)
  const peer = (databag: PeerUnit): PeerSeen => ({ databag, requested: new Map(), issued: new Map() })
  const rows = Object.entries(others).map(([unit, databag]) => [unit, peer(databag)] as const)
  return {
    ...observed,
    machine: { ...observed.machine, damage: words, ...machine },
    etcd: { kind: 'down', why: 'nobody answers', standing: undefined },
    peers: {
      ...observed.peers,
      application: { ...observed.peers.application, ...application },
      units: new Map([...observed.peers.units, ...rows]),
    },
  }
}

const status = (observed: Observed): string => describeDamage(observed, words).message

test('the only data that there is is damaged, and was to found the cluster: restore goes on, and all say so', () => {
  const observed = seen({ application: { founding: unborn }, machine: { claim: earlier } })
  assert.equal(whyNotNow(observed, []), undefined)
  assert.equal(
    whyNotRecover(observed, '/data/member'),
    `refused: the only data that there is is damaged (${words}); restore a backup, by the action restore, or to begin empty move it away; it is in /data/member`,
  )
  assert.equal(
    status(observed),
    `etcd can't run on its data (${words}); restore a backup, by the action restore; or move that data away, and an empty cluster begins`,
  )
  const follower = { ...observed, leader: false }
  assert.match(status(follower), /\); move that data away, and an empty cluster begins$/)
})

test('where another unit has data, that founds the cluster once recover-quorum is run again', () => {
  const observed = seen({
    application: { founding: unborn },
    machine: { claim: earlier },
    others: { 'etcd/1': { data: true } },
  })
  assert.equal(whyNotRecover(observed, ''), undefined)
  assert.match(
    status(observed),
    /run recover-quorum on the leader again, to go on with what another unit has$/,
  )
})

test('data of which no other unit has anything is told so, however many units there are', () => {
  const observed = seen({ others: { 'etcd/1': { data: false } } })
  assert.match(status(observed), /no other unit has this data: restore a backup/)
  assert.match(
    whyNotRecover(observed, '/x') ?? '',
    /to begin empty move it away and run this again; it is in \/x$/,
  )
  const member = seen({ others: { 'etcd/1': { data: true } } })
  assert.match(status(member), /joins anew once the others have a quorum/)
})

test('a founding that may yet serve is waited for, on the unit that founds', () => {
  const starts = seen({ application: { founding: unborn }, machine: { damage: undefined } })
  assert.match(whyNotNow(starts, []) ?? '', /founded just now; wait until it serves/)
  const elsewhere = seen({ application: { founding: { ...unborn, founder: 'etcd/1' } } })
  assert.match(
    whyNotNow(elsewhere, []) ?? '',
    /^etcd\/1 founds the cluster and does not serve it yet; see its/,
  )
})

test('a rotation refuses no restore where it waits for an etcd that can not run; elsewhere it says whom it waits for', () => {
  const application = { rotation: 'introduce' } as const
  assert.equal(whyNotNow(seen({ application }), []), undefined)
  assert.equal(whyNotNow(seen({ application, machine: { damage: undefined, data: false } }), []), undefined)
  const runs = seen({ application, machine: { damage: undefined } })
  assert.match(whyNotNow(runs, []) ?? '', /being replaced; wait until juju status tells of it no more$/)
  const pems = { peer: 'peer', server: 'server', admin: 'admin' }
  const lost = seen({
    application: { ...application, certificates: new Map([['etcd/1', pems]]) },
    machine: { damage: undefined },
    others: { 'etcd/1': { data: true, authorities: 'of the old alone' } },
  })
  for (const rotation of ['introduce', 'renew'] as const) {
    const { peers } = lost
    assert.ok(peers)
    const observed = { ...lost, peers: { ...peers, application: { ...peers.application, rotation } } }
    assert.match(
      whyNotNow(observed, []) ?? '',
      /waits for etcd\/1; .*or where the machine is gone: juju remove-unit --force etcd\/1$/,
    )
  }
})
