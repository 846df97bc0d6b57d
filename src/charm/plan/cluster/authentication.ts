// Access control of etcd, switched on once: from then on it asks everybody who he is.

import type { Observed } from '../../observed.ts'
import type { Step } from '../../step.ts'

/** Access control: a root user without a password, reached by the admin certificate alone. */
export function planAuthentication(observed: Observed): readonly Step[] {
  const { etcd, machine } = observed
  if (observed.leaving || etcd.kind !== 'up' || etcd.authentication === undefined || !machine.loaded)
    return []
  if (etcd.authentication) {
    const loaded = { ...machine.loaded, guarded: true }
    return machine.loaded.guarded ? [] : [{ kind: 'auth/record', loaded, why: 'access control is on' }]
  }
  return [
    { kind: 'auth/create-root', why: 'access control needs a root user' },
    { kind: 'auth/enable', why: 'access control is off' },
  ]
}
