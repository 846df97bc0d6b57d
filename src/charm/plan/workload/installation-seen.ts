// What one hook saw of the programs that run etcd here, and of what they are configured with.

import type { Purpose } from '../../../interfaces/etcd-peers.ts'
import type { Capacity } from '../../../machine/capacity.ts'
import type { PinnedWorkload } from '../../../machine/pinned-workload.ts'

export interface InstallationSeen {
  readonly source: SourceSeen
  /** What is in force: the next start of etcd is of it. */
  readonly workload: WorkloadSeen | undefined
  /** Binaries that lie ready to be put in force, at a restart in this member's turn. */
  readonly prepared: WorkloadSeen | undefined
  /** What was in force before the last switch. */
  readonly previous?: WorkloadSeen | undefined
  /** The last fetch of a revision of the snap that did not come off. */
  readonly fetchFailed?: FetchFailed | undefined
  /** snapd may refresh the snap with no turn taken; looked at only in hooks in which an operator has changed something. */
  readonly unheld?: boolean
  /** Data of etcd's API of before 2016, which later lines do not start with; looked for only where such a line lies ready. */
  readonly hasV2Content?: boolean | undefined
  /** Of the charm, as Juju counts; `undefined` where it does not tell. */
  readonly charmRevision?: string | undefined
  /** It was deployed from an archive, and not from a store. */
  readonly charmIsLocal?: boolean
  readonly files: Readonly<Partial<Record<FileName, string>>>
  /** SHA-256 of the public key that belongs to each private key on disk. */
  readonly keys: ReadonlyMap<Purpose, string>
  /** They don't belong to etcd's user alone; looked at in hooks that look after the machine. */
  readonly keysAstray?: boolean
  /** What the machine has room for; looked at only in hooks in which that may change the configuration. */
  readonly capacity: Capacity | undefined
  /** The unit that etcd was installed for on this machine, this one or another. */
  readonly occupant: string | undefined
}

/** Where etcd is to be installed from; `unread` in hooks that have no reason to ask. */
export type SourceSeen =
  | { readonly kind: 'unread' }
  /** `pinned` is not there for an archive that pins none. */
  | {
      readonly kind: 'snap'
      readonly pinned?: PinnedWorkload
      /** A tarball was attached all the same: the two have other users, services and folders, so one does not follow the other. */
      readonly besideTarball?: boolean
      /** A fetch that failed is tried again. */
      readonly again?: boolean
      readonly anew?: boolean
    }
  /** `anew`: the charm or the tarball may have been changed just now. */
  | { readonly kind: 'archive'; readonly digest: string; readonly anew?: boolean }

export interface WorkloadSeen {
  readonly kind: 'snap' | 'binaries'
  readonly version: string
  /** SHA-256 of the tarball that the binaries came from. */
  readonly archive: string | undefined
  /** The snap's revision. */
  readonly revision?: string | undefined
}

export interface FetchFailed {
  readonly release: string
  readonly words: string
  /** The store does not have it: to try again is of no use. */
  readonly withdrawn: boolean
  /** The time of the hook that tried, in milliseconds since 1970: it does not try again. */
  readonly at: number
  /** Where there was no room for it. */
  readonly folder?: string | undefined
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
