// Storage that was mounted and is not: nobody takes the empty folder below for a member's lost data, and nothing is done on it.

import type { Observed, StorageSeen } from '../../observed.ts'
import type { Step } from '../../step.ts'

export type StorageAway = Extract<StorageSeen, { readonly kind: 'away' }>

export function storageAway({ machine }: Observed): StorageAway | undefined {
  return machine.storage.kind === 'away' ? machine.storage : undefined
}

/** Before anything is put on it. */
export function planStorage({ machine }: Observed): readonly Step[] {
  const { storage } = machine
  if (storage.kind === 'away' || storage.recorded) return []
  const { record } = storage
  const why = record.mount === undefined ? 'it is a plain folder' : 'etcd must not start without its mount'
  return [{ kind: 'storage/record', record, why }]
}

export function describeAbsence({ storage, folder }: StorageAway): string {
  return `storage ${storage} is not mounted at ${folder}; see juju storage and the disks of this machine, or remove this unit where it is gone for good`
}
