// Which etcd is to be on this machine. A running etcd that started anew right now would still read what it reads.

import type { Observed } from '../../observed.ts'
import type { Step } from '../../step.ts'
import { releaseOf, snapRelease, wantedRevision } from '../refresh/release.ts'

export function planInstall(observed: Observed): readonly Step[] {
  const { source, workload, prepared } = observed.machine
  if (source.kind === 'unread') return []
  if (source.kind === 'snap') return [...planHold(observed), ...planSnap(observed)]
  if ((prepared ?? workload)?.archive === source.digest) return []
  return [
    {
      kind: 'workload/install',
      from: 'archive',
      why: workload ? 'another tarball is attached; it is laid ready' : 'etcd is not installed',
    },
  ]
}

function planHold({ machine }: Observed): readonly Step[] {
  const held = machine.unheld !== true || machine.workload?.kind !== 'snap'
  return held ? [] : [{ kind: 'workload/hold', why: 'snapd may refresh the snap at any time' }]
}

function planSnap(observed: Observed): readonly Step[] {
  const { fetchFailed, prepared, source, workload } = observed.machine
  const revision = wantedRevision(observed)
  // A tarball that was attached once stays: Juju has no way to detach it.
  if (!workload) return [{ kind: 'workload/install', from: 'snap', why: 'etcd is not installed' }]
  if (workload.kind !== 'snap' || revision === undefined || workload.revision === undefined) return []
  const release = snapRelease(revision)
  if (releaseOf(workload) === release)
    return prepared ? [{ kind: 'workload/fetch', revision, why: 'what lies ready is wanted no more' }] : []
  if (prepared && releaseOf(prepared) === release) return []
  const again = source.kind === 'snap' && source.again
  if (fetchFailed?.release === release && (!again || fetchFailed.at === observed.now)) return []
  return [{ kind: 'workload/fetch', revision, why: `it is to run ${revision}, and has ${workload.revision}` }]
}
