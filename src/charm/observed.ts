// What one hook saw: Juju once, before any write (so all of it was committed by an earlier hook), then the machine and
// etcd as they are now. Plain data; `decide` needs nothing else.

import type { ConfigReading } from '../config.ts'
import type { Alarm, Member, MemberStatus, Permission, RaftPosition } from '../etcd/types.ts'
import type {
  ClientCas,
  PeerApplication,
  PeerUnit,
  Purpose,
  Unloadable,
  UnitAddresses,
} from '../interfaces/etcd-peers.ts'
import type { Ledger } from '../interfaces/ledger.ts'
import type { ClientsSeen } from './plan/clients/clients-seen.ts'

export type * from './plan/clients/clients-seen.ts'
export type * from './plan/workload/run-seen.ts'
import type { Capacity } from '../machine/capacity.ts'
import type { Loaded, RunSeen } from './plan/workload/run-seen.ts'

export interface Observed {
  /** Milliseconds since 1970, read once by the shell. */
  readonly now: number
  readonly unit: string
  readonly application: string
  readonly modelUuid: string
  readonly leader: boolean
  /** This unit is being removed: it touches nothing that others share. */
  readonly leaving: boolean
  /** This hook looks at everything again, not only at what it was called for. */
  readonly sweep: boolean
  /** This hook is about one client; those of the peers come after all of its kind. */
  readonly aboutClient: boolean
  /** What waits for other units' hooks is done now: no such hook may be to come. */
  readonly insists?: boolean
  /** This hook looks at the cluster's members. */
  readonly looksAtMembers: boolean
  /** Units that Juju plans to have, from its goal state; `undefined` where this hook did not ask. */
  readonly expectedUnits: ReadonlySet<string> | undefined
  /** Secrets of relations that ended earlier may go now: nobody of theirs runs hooks any more. */
  readonly collect: boolean
  readonly config: ConfigReading
  /** What an operator asks for by an action. */
  readonly order: Order | undefined
  readonly peers: PeersSeen | undefined
  readonly addresses: UnitAddresses | undefined
  readonly machine: MachineSeen
  readonly etcd: EtcdSeen
  readonly clients: ClientsSeen
  /** By relation id; `undefined` where this hook had no reason to look. */
  readonly clientCas: Readonly<Record<string, ClientCas>> | undefined
}

export type Order =
  | { readonly kind: 'revoke' | 'allow'; readonly commonName: string }
  | { readonly kind: 'adopt'; readonly name: string }

export interface PeersSeen {
  readonly relation: number
  readonly application: PeerApplication
  readonly ledger: Ledger
  /** When the first of the authorities expires, in milliseconds since 1970. */
  readonly authoritiesEnd: number | undefined
  /** The keys of the authorities are where they were stored; looked for by the leader in sweeps. */
  readonly keysKept?: boolean
  /** By unit name, this unit among them. */
  readonly units: ReadonlyMap<string, PeerSeen>
}

export interface PeerSeen {
  readonly databag: PeerUnit
  /** SHA-256 of the public key of each certificate request. */
  readonly requested: ReadonlyMap<Purpose, string>
  readonly issued: ReadonlyMap<Purpose, CertificateSeen>
}

export interface CertificateSeen {
  /** SHA-256 of the public key. */
  readonly publicKey: string
  /** Hexadecimal digits. */
  readonly serial: string
  /** Milliseconds since 1970. */
  readonly notAfter: number
  /** Signed by the authority that signs now, and not by one that goes. */
  readonly current: boolean
  /** Addresses and host names that it is good for, sorted. */
  readonly names: readonly string[]
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

export interface MachineSeen {
  readonly source: SourceSeen
  /** What is in force: the next start of etcd is of it. */
  readonly workload: WorkloadSeen | undefined
  /** Binaries that lie ready to be put in force, at a restart in this member's turn. */
  readonly prepared: WorkloadSeen | undefined
  readonly files: Readonly<Partial<Record<FileName, string>>>
  /** SHA-256 of the public key that belongs to each private key on disk. */
  readonly keys: ReadonlyMap<Purpose, string>
  /** Certificates that etcd, as it is installed, can't load. */
  readonly unloadable: readonly Unloadable[]
  /** Serials in the revocation list, sorted; `undefined` where there is no list. */
  readonly revoked: readonly string[] | undefined
  readonly loaded: Loaded | undefined
  readonly audited: Audited | undefined
  readonly storage: StorageSeen
  /** etcd's data is there: it was a member before, of this cluster or of another. */
  readonly data: boolean
  /** Size of the file that etcd's database is in. */
  readonly databaseBytes: number
  /** What the machine has room for; looked at only in hooks in which that may change the configuration. */
  readonly capacity: Capacity | undefined
  /** The founding that the data is known to be of. */
  readonly claim: Claim | undefined
  /** How far the data goes, where no etcd runs on it; `unreadable` where its log is damaged. */
  readonly position: RaftPosition | 'unreadable' | undefined
  /** Why etcd, which does not run, says that it can't on this data. */
  readonly damage: string | undefined
  readonly service: 'absent' | 'inactive' | 'active' | 'failed'
  readonly run: RunSeen
  /**
   * What tells the machine how to treat the service is as this version of the charm writes it, for this unit; but for what its next start
   * reads.
   */
  readonly serviceDefined: boolean
  /** And so is what its next start reads. */
  readonly startDefined: boolean
  /** The unit that etcd was installed for on this machine, this one or another. */
  readonly occupant: string | undefined
}

export type StorageSeen =
  /** `recorded`: as it is noted on the root disk. */
  | { readonly kind: 'here'; readonly record: StorageRecord; readonly recorded: boolean }
  /** It was mounted and is not: what lies in its folder now is not the storage's. */
  | { readonly kind: 'away'; readonly storage: string; readonly folder: string }

export interface StorageRecord {
  readonly unit: string
  /** Juju's id of it. */
  readonly storage: string
  /** What is mounted there; left out for a plain folder, as Juju makes where it can't mount. */
  readonly mount?: string | undefined
}

/** A unit takes data for its own only under the founding, and the name, that it was written with. */
export interface Claim {
  readonly token: string
  readonly generation: number
  readonly unit: string
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

/** All users, roles and permissions were looked at and found to be what the ledger says. */
export interface Audited {
  /** etcd's revision of them. */
  readonly revision: string
  /** Digest of what the ledger said. */
  readonly expected: string
  /** Milliseconds since 1970. */
  readonly at: number
}

export type EtcdSeen =
  | { readonly kind: 'unasked' }
  | {
      readonly kind: 'down'
      readonly why: string
      /** As a member that has no quorum knows them; `undefined` where none answers, or this hook did not ask. */
      readonly standing: readonly MemberSeen[] | undefined
      readonly lockedOut?: LockedOut
    }
  | {
      readonly kind: 'up'
      /** This unit's own member answers; otherwise only others do. */
      readonly here: boolean
      readonly lockedOut?: LockedOut
      /** `undefined` where this hook had no reason to ask. */
      readonly members: readonly MemberSeen[] | undefined
      /** `undefined` where this hook had no reason to ask. */
      readonly authentication: boolean | undefined
      /** Another one after every change to users, roles and permissions. */
      readonly accessRevision: string | undefined
      /** By common name, of those that this hook is about; `undefined` where they could not be read. */
      readonly access: ReadonlyMap<string, AccessSeen> | undefined
      /** The unit whose turn it is to restart; asked only where a member does not answer. */
      readonly restarting?: string | undefined
      /** Only where this hook looked at the members. */
      readonly alarms?: readonly Alarm[]
      readonly translated?: Translated | undefined
      /** Users that this charm made and that have no owner; looked for in sweeps. */
      readonly orphans: readonly string[]
    }

/** Looked for only where a member is not there as it should be: who comes to whom from an address that its certificate does not name. */
export interface Translated {
  /** Peer URLs of members that close this unit's connections. */
  readonly closing: readonly string[]
  /** Addresses from which this unit's own member rejects its peers. */
  readonly rejected: readonly string[]
}

/** This unit's own member runs, is well by its own word, and lets nobody in, by what it trusts. */
export interface LockedOut {
  /** How a handshake ends. */
  readonly words: string
  /** It was found so in this hook before, and what could be done has been done. */
  readonly again: boolean
}

export interface MemberSeen extends Member {
  /** It answered just now. */
  readonly responds: boolean
  /** Of raft. */
  readonly leads: boolean
  /** What it said of itself, if it answered. */
  readonly status?: MemberStatus
}

export interface AccessSeen {
  readonly user: boolean
  readonly roles: readonly string[]
  /** `undefined` where there is no role of that name. */
  readonly permissions: readonly Permission[] | undefined
  /** Users and roles that this charm did not make and that bear the name in other letters; looked for while the name is claimed. */
  readonly alike?: readonly string[]
}
