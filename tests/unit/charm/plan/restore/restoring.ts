// A restore that is under way, as one of its units sees it, for the tests of its plans.

import assert from 'node:assert/strict'
import type { Claim, MachineSeen, Observed, PeerSeen } from '../../../../../src/charm/observed.ts'
import type { Founding, PeerUnit, Restore } from '../../../../../src/interfaces/etcd-peers.ts'
import { settled } from '../../observation.ts'

export const before = { token: 'old', generation: 1, founder: 'etcd/0' }
export const restore: Restore = { snapshot: 'monday.db', unit: 'etcd/0', before }
export const founding: Founding = { token: 'new', generation: 2, restore }
export const old: Claim = { token: 'old', generation: 1, unit: 'etcd/0' }
export const stands = (token = 'new'): PeerUnit => ({
  data: true,
  position: { generation: 1, term: '2', index: '9', token },
})
export const runs: PeerUnit = { data: true, endpoint: '10.0.0.2:2379' }

interface Seen {
  readonly unit?: string
  readonly founding?: Founding
  readonly others?: Readonly<Record<string, PeerUnit>>
  readonly machine?: Partial<MachineSeen>
}

export function seen({
  unit = 'etcd/0',
  founding: as = founding,
  others = {},
  machine = {},
}: Seen): Observed {
  const observed = settled()
  assert.ok(observed.peers)
  const peer = (databag: PeerUnit): PeerSeen => ({ databag, requested: new Map(), issued: new Map() })
  const units = { 'etcd/0': stands('old'), ...others }
  return {
    ...observed,
    unit,
    expectedUnits: undefined,
    machine: {
      ...observed.machine,
      data: true,
      claim: old,
      service: 'inactive',
      ready: { token: 'new', snapshot: 'monday.db' },
      ...machine,
    },
    etcd: { kind: 'unasked' },
    peers: {
      ...observed.peers,
      application: { ...observed.peers.application, founding: as },
      units: new Map(Object.entries(units).map(([name, databag]) => [name, peer(databag)])),
    },
  }
}
