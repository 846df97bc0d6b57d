// Which etcd is to be on this machine. A running etcd that started anew right now would still read what it reads.

import type { Observed } from '../../observed.ts'
import type { Step } from '../../step.ts'

export function planInstall({ machine }: Observed): readonly Step[] {
  const { source, workload, prepared } = machine
  if (source.kind === 'unread') return []
  if (source.kind === 'snap') {
    // A tarball that was attached once stays: Juju has no way to detach it.
    return workload ? [] : [{ kind: 'workload/install', from: 'snap', why: 'etcd is not installed' }]
  }
  if ((prepared ?? workload)?.archive === source.digest) return []
  return [
    {
      kind: 'workload/install',
      from: 'archive',
      why: workload ? 'another tarball is attached; it is laid ready' : 'etcd is not installed',
    },
  ]
}
