// A unit whose etcd runs from a tarball and has nothing to do, for the tests of its next start.

import assert from 'node:assert/strict'
import type { Loaded, MachineSeen, Observed, RunSeen } from '../../../../../src/charm/observed.ts'
import { settled } from '../../observation.ts'
import { running } from '../../observed-changes.ts'
import { etcdUp, member, statusOf } from '../cluster/members.ts'

export const binaries = { kind: 'binaries', version: '3.5.30', archive: 'old' } as const
export const newer = { kind: 'binaries', version: '3.6.16', archive: 'new' } as const
/** Of the line that is in force. */
export const patched = { ...newer, version: '3.5.31' } as const

/** Alone in its cluster, and its operator has said that it may go to what lies ready. */
export function resumed(observed: Observed): Observed {
  const { machine, peers, unit } = observed
  const own = peers?.units.get(unit)
  assert.ok(peers && own && machine.prepared?.archive)
  const wants = machine.prepared.archive
  const databag = { ...own.databag, refresh: { wants, order: { release: wants } } }
  const status = statusOf(member(0).id, { version: binaries.version })
  return {
    ...observed,
    etcd: etcdUp([member(0, { status })], { alarms: [], clusterVersion: '3.5.0' }),
    peers: { ...peers, units: new Map([...peers.units, [unit, { ...own, databag }]]) },
  }
}

/** On 3.5.30 from a tarball, with nothing to do. */
export function atRest(): Observed {
  const observed = settled()
  return running({ ...observed, machine: { ...observed.machine, workload: binaries } })
}

export function on(observed: Observed, machine: Partial<MachineSeen>, run: Partial<RunSeen> = {}): Observed {
  const before = observed.machine
  return { ...observed, machine: { ...before, ...machine, run: { ...before.run, ...run } } }
}

export function loadedBy(observed: Observed): Loaded {
  assert.ok(observed.machine.loaded)
  return observed.machine.loaded
}
