// What one hook saw of the programs that run etcd here, and of what they are configured with.

import type { Purpose } from '../../../interfaces/etcd-peers.ts'
import type { Capacity } from '../../../machine/capacity.ts'

export interface InstallationSeen {
  readonly source: SourceSeen
  /** What is in force: the next start of etcd is of it. */
  readonly workload: WorkloadSeen | undefined
  /** Binaries that lie ready to be put in force, at a restart in this member's turn. */
  readonly prepared: WorkloadSeen | undefined
  readonly files: Readonly<Partial<Record<FileName, string>>>
  /** SHA-256 of the public key that belongs to each private key on disk. */
  readonly keys: ReadonlyMap<Purpose, string>
  /** What the machine has room for; looked at only in hooks in which that may change the configuration. */
  readonly capacity: Capacity | undefined
  /** The unit that etcd was installed for on this machine, this one or another. */
  readonly occupant: string | undefined
}

/** Where etcd is to be installed from; `unread` in hooks that have no reason to ask. */
export type SourceSeen =
  | { readonly kind: 'unread' }
  | { readonly kind: 'snap' }
  /** `again`: it may have been attached just now. */
  | { readonly kind: 'archive'; readonly digest: string; readonly again?: boolean }

export interface WorkloadSeen {
  readonly kind: 'snap' | 'binaries'
  readonly version: string
  /** SHA-256 of the tarball that the binaries came from. */
  readonly archive: string | undefined
}

/** Texts that the charm writes whole; `undefined` where the file is not there. */
export type FileName =
  | 'configuration'
  | 'peer-authority'
  | 'server-authority'
  | 'truststore'
  | 'peer-certificate'
  | 'server-certificate'
  | 'admin-certificate'
