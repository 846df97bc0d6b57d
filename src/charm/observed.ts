// What one hook saw: Juju once, before any write (so all of it was committed by an earlier hook), then the machine and
// etcd as they are now. Plain data; `decide` needs nothing else.

import type { ConfigReading } from '../config.ts'
import type { Member, Permission, RaftPosition } from '../etcd/types.ts'
import type { ClientRequest, Protocol } from '../interfaces/etcd-client.ts'
import type {
  ClientCas,
  PeerApplication,
  PeerUnit,
  Purpose,
  UnitAddresses,
} from '../interfaces/etcd-peers.ts'
import type { Leaf, Ledger } from '../interfaces/ledger.ts'
import type { Capacity } from '../machine/capacity.ts'

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
  /** This hook looks at the cluster's members. */
  readonly looksAtMembers: boolean
  /** Units that Juju plans to have, from its goal state; `undefined` where this hook did not ask. */
  readonly expectedUnits: ReadonlySet<string> | undefined
  /** Secrets of relations that ended earlier may go now: nobody of theirs runs hooks any more. */
  readonly collect: boolean
  readonly config: ConfigReading
  readonly peers: PeersSeen | undefined
  readonly addresses: UnitAddresses | undefined
  readonly machine: MachineSeen
  readonly etcd: EtcdSeen
  readonly clients: ClientsSeen
  /** By relation id; `undefined` where this hook had no reason to look. */
  readonly clientCas: Readonly<Record<string, ClientCas>> | undefined
}

export interface PeersSeen {
  readonly relation: number
  readonly application: PeerApplication
  readonly ledger: Ledger
  /** When the first of the authorities expires, in milliseconds since 1970. */
  readonly authoritiesEnd: number | undefined
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
  readonly workload: WorkloadSeen | undefined
  readonly files: Readonly<Partial<Record<FileName, string>>>
  /** SHA-256 of the public key that belongs to each private key on disk. */
  readonly keys: ReadonlyMap<Purpose, string>
  /** Serials in the revocation list, sorted; `undefined` where there is no list. */
  readonly revoked: readonly string[] | undefined
  readonly loaded: Loaded | undefined
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
  readonly service: 'absent' | 'inactive' | 'active' | 'failed'
  /** What tells the machine how to treat the service is as this version of the charm writes it, for this unit. */
  readonly serviceDefined: boolean
  /** The unit that etcd was installed for on this machine, this one or another. */
  readonly occupant: string | undefined
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
  | { readonly kind: 'archive'; readonly digest: string }

export interface WorkloadSeen {
  readonly kind: 'snap' | 'binaries'
  readonly version: string
  /** SHA-256 of the tarball that the binaries came from. */
  readonly archive: string | undefined
}

/** What the running etcd read when it was started: a change to any of this takes effect with a restart only. */
export interface Loaded {
  readonly version: string
  /** Digest of the configuration. */
  readonly configuration: string
  /** Digest of the certificate authorities that it trusts for peers and for clients. */
  readonly authorities: string
  readonly leaves: readonly Pick<Leaf, 'fingerprint' | 'serial' | 'commonName'>[]
  /** Access control was seen enabled in this etcd's data. */
  readonly guarded: boolean
}

export type EtcdSeen =
  | { readonly kind: 'unasked' }
  | {
      readonly kind: 'down'
      readonly why: string
      /** As a member that has no quorum knows them; `undefined` where none answers, or this hook did not ask. */
      readonly standing: readonly MemberSeen[] | undefined
    }
  | {
      readonly kind: 'up'
      /** This unit's own member answers; otherwise only others do. */
      readonly here: boolean
      /** `undefined` where this hook had no reason to ask. */
      readonly members: readonly MemberSeen[] | undefined
      /** `undefined` where this hook had no reason to ask. */
      readonly authentication: boolean | undefined
      /** By common name, of those that this hook is about; `undefined` where they could not be read. */
      readonly access: ReadonlyMap<string, AccessSeen> | undefined
      /** Users that this charm made and that have no owner; looked for in sweeps. */
      readonly orphans: readonly string[]
    }

export interface MemberSeen extends Member {
  /** It answered just now. */
  readonly responds: boolean
  /** Of raft. */
  readonly leads: boolean
}

export interface AccessSeen {
  readonly user: boolean
  readonly roles: readonly string[]
  /** `undefined` where there is no role of that name. */
  readonly permissions: readonly Permission[] | undefined
}

export interface ClientsSeen {
  /** Relations looked at in this hook. */
  readonly relations: ReadonlyMap<number, RelationSeen>
  /** Relations that have ended. */
  readonly gone: ReadonlySet<number>
  /** Relations of which Juju has no more hooks to run before something changes: who is silent now, stays so. */
  readonly heard: ReadonlySet<number>
  /** A relation that may still ask, in a hook that might otherwise restart etcd for those who did. */
  readonly expected: number | undefined
  /** Number of units of the requirer, for relations whose answer needs new secrets. */
  readonly members: ReadonlyMap<number, number>
  /** Those of the relations looked at whose requirer is in another model. */
  readonly crossModel: ReadonlyMap<number, CrossModelSeen>
  /** Relations with other models that Juju shows no more and that have not ended. */
  readonly suspended: ReadonlySet<number>
}

export interface CrossModelSeen {
  /** How far the two sides are with the key that the requirer encrypts its certificate with. */
  readonly encryption: 'absent' | 'offered' | 'echoed'
  /** Where it is absent: the relation is alive, so that a secret can be granted over it. */
  readonly grantable: boolean
}

export type RelationSeen =
  | { readonly kind: 'silent'; readonly application: string; readonly protocol: Protocol }
  | {
      readonly kind: 'malformed'
      readonly application: string
      readonly protocol: Protocol
      readonly detail: string
    }
  | {
      readonly kind: 'requests'
      readonly application: string
      readonly protocol: Protocol
      readonly requests: readonly RequestSeen[]
      /** How many more it asks for than one relation may. */
      readonly excess?: number
    }

export interface RequestSeen {
  readonly asked: ClientRequest
  readonly certificate: CertificateOffer
}

export type CertificateOffer =
  | { readonly kind: 'missing' }
  | {
      readonly kind: 'unreadable'
      readonly code: string
      readonly detail: string
      readonly secret: string | undefined
    }
  | { readonly kind: 'leaf'; readonly leaf: Leaf; readonly secret: string | undefined }
  /** Not an acceptable certificate; `code` is a row of the table in `refusals.ts`. */
  | {
      readonly kind: 'refused'
      readonly code: string
      readonly detail: string
      readonly secret: string | undefined
    }
