// What is on this machine of etcd and for its service. Neither changes what a running etcd would read if it started anew right now.

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

/** Installed by this version of the charm or by an older one. What the next start reads waits for the restart where etcd runs. */
export function planDefinition({ machine }: Observed): readonly Step[] {
  const start = machine.service !== 'active'
  if (!machine.workload || (machine.serviceDefined && (machine.startDefined || !start))) return []
  const why = 'systemd should treat etcd as this version of the charm says'
  return [{ kind: 'service/define', start, why }]
}
