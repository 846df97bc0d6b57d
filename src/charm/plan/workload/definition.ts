// What tells the machine how to treat etcd's service.

import type { Observed } from '../../observed.ts'
import type { Step } from '../../step.ts'

/** Installed by this version of the charm or by an older one. What the next start reads waits for the restart where etcd runs. */
export function planDefinition({ machine }: Observed): readonly Step[] {
  const start = machine.service !== 'active'
  if (!machine.workload || (machine.serviceDefined && (machine.startDefined || !start))) return []
  const why = 'systemd should treat etcd as this version of the charm says'
  return [{ kind: 'service/define', start, why }]
}
