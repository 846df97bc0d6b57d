// Clusters of several releases, as a unit's hook sees them that is to go to what lies ready.

import assert from 'node:assert/strict'
import type { MachineSeen, MemberSeen, Observed, WorkloadSeen } from '../../../../../src/charm/observed.ts'
import { type Hold, holdOf } from '../../../../../src/charm/plan/refresh/hold.ts'
import { parseConfig } from '../../../../../src/config.ts'
import type { PeerUnit, RefreshTold } from '../../../../../src/interfaces/etcd-peers.ts'
import { etcdUp, member, statusOf } from '../cluster/members.ts'
import { atRest, on } from '../workload/at-rest.ts'

export interface Row {
  readonly version: string
  readonly told: RefreshTold
  readonly more?: Partial<PeerUnit>
}

export interface Cluster {
  readonly units: readonly Row[]
  /** The unit whose hook it is. */
  readonly self: number
  readonly to: string
  readonly cluster?: string
  readonly members?: (nth: number) => Partial<MemberSeen>
  readonly machine?: Partial<MachineSeen>
  readonly options?: Readonly<Record<string, string>>
}

export const old: RefreshTold = { wants: 'new', runs: 'old', proven: 'old' }
export const done: RefreshTold = { wants: 'new', runs: 'new', proven: 'new', before: 'old' }

function released(version: string, archive: string): WorkloadSeen {
  return { kind: 'binaries', version, archive }
}

export function clusterOf({
  units,
  self,
  to,
  cluster = '3.5.0',
  members,
  machine = {},
  options = {},
}: Cluster): Observed {
  const observed = atRest()
  const own = observed.peers?.units.get('etcd/0')
  assert.ok(observed.peers && own)
  const rows = units.map(({ version, told, more }, nth): [string, typeof own] => [
    `etcd/${nth}`,
    {
      ...own,
      databag: { ...own.databag, version, refresh: told, endpoint: `10.0.0.${nth + 1}:2379`, ...more },
    },
  ])
  const seen = units.map(({ version }, nth) =>
    member(nth, { status: statusOf(member(nth).id, { version }), ...members?.(nth) }),
  )
  const version = units[self]?.version ?? ''
  const workload = released(version, 'old')
  const claim = { token: 'token', generation: 1, unit: `etcd/${self}` }
  const loaded = observed.machine.loaded && { ...observed.machine.loaded, version, archive: 'old' }
  const before = on(observed, { workload, loaded, prepared: released(to, 'new'), claim, ...machine })
  return {
    ...before,
    unit: `etcd/${self}`,
    config: parseConfig(options),
    peers: { ...observed.peers, units: new Map(rows) },
    etcd: etcdUp(seen, { alarms: [], clusterVersion: cluster }),
  }
}

export function hold(of: Cluster): Hold | undefined {
  const observed = clusterOf(of)
  assert.ok(observed.machine.prepared)
  return holdOf(observed, observed.machine.prepared)
}

export const three = (version: string): readonly Row[] => [0, 1, 2].map(() => ({ version, told: old }))
export const half = (version: string, to: string): readonly Row[] => [
  { version, told: old },
  { version, told: old },
  { version: to, told: done },
]
