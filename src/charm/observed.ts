// What one hook saw: Juju once, before any write (so all of it was committed by an earlier hook), then the machine and
// etcd as they are now. Plain data; `decide` needs nothing else. It is the sum of what each capability says, beside its plans, that it sees.

import type { ConfigReading } from '../config.ts'
import type { ClientCas, RefreshOrder, UnitAddresses } from '../interfaces/etcd-peers.ts'
import type { BackupOnDisk, BackupSeen } from './plan/backup/backup-seen.ts'
import type { Audited } from './plan/clients/access-seen.ts'
import type { ClientsSeen, Order } from './plan/clients/clients-seen.ts'
import type { DataSeen } from './plan/cluster/data-seen.ts'
import type { EtcdSeen } from './plan/cluster/etcd-seen.ts'
import type { PeersSeen } from './plan/cluster/peers-seen.ts'
import type { CollectorsSeen } from './plan/observability/observability-seen.ts'
import type { RestoreSeen } from './plan/restore/restore-seen.ts'
import type { IssuersSeen, RequestOnDisk } from './plan/issuers/issuers-seen.ts'
import type { IssuerRole } from '../interfaces/issuers.ts'
import type { TrustSeen } from './plan/trust/trust-seen.ts'
import type { InstallationSeen } from './plan/workload/installation-seen.ts'
import type { ServiceSeen } from './plan/workload/service-seen.ts'

export type * from './plan/backup/backup-seen.ts'
export type * from './plan/certificates/certificate-seen.ts'
export type * from './plan/clients/access-seen.ts'
export type * from './plan/clients/clients-seen.ts'
export type * from './plan/cluster/data-seen.ts'
export type * from './plan/cluster/etcd-seen.ts'
export type * from './plan/cluster/peers-seen.ts'
export type * from './plan/observability/observability-seen.ts'
export type * from './plan/restore/restore-seen.ts'
export type * from './plan/issuers/issuers-seen.ts'
export type * from './plan/trust/trust-seen.ts'
export type * from './plan/workload/installation-seen.ts'
export type * from './plan/workload/service-seen.ts'

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
  /**
   * The status that this hook found, or as the leader the application's, tells of something. Which of it is etcd's word of its members is
   * not to be told from a text that may be cut; so they are looked at, and nothing of it vanishes unlooked.
   */
  readonly unwell?: boolean
  /** Units that Juju plans to have, from its goal state; `undefined` where this hook did not ask. */
  readonly expectedUnits: ReadonlySet<string> | undefined
  /** And those on their way out, which Juju 3.6 lists in no relation any more. */
  readonly presentUnits?: ReadonlySet<string> | undefined
  /** Secrets of relations that ended earlier may go now: nobody of theirs runs hooks any more. */
  readonly collect: boolean
  readonly config: ConfigReading
  /** What an operator asks for by an action. */
  readonly order: Order | undefined
  /** What an operator orders of a refresh, by an action on this unit. */
  readonly refreshOrder?: RefreshOrder | undefined
  readonly peers: PeersSeen | undefined
  readonly addresses: UnitAddresses | undefined
  readonly machine: MachineSeen
  readonly etcd: EtcdSeen
  readonly clients: ClientsSeen
  /** By relation id; `undefined` where this hook had no reason to look. */
  readonly clientCas: Readonly<Record<string, ClientCas>> | undefined

  /** `undefined` where there is none, or this hook had no reason to look. */
  readonly collectors?: CollectorsSeen | undefined
  /** The leader's. */
  readonly backup?: BackupSeen | undefined
  /** Issuers of the operator's; not there where this hook had no reason to look. */
  readonly issuers?: IssuersSeen | undefined
}

export interface MachineSeen extends InstallationSeen, ServiceSeen, DataSeen, RestoreSeen, TrustSeen {
  readonly audited: Audited | undefined
  /** `undefined` where nothing of backups is on this unit's disk. */
  readonly backup?: BackupOnDisk | undefined
  /** What this unit made to ask issuers of the operator's with, the newest last. */
  readonly requests: Readonly<Record<IssuerRole, readonly RequestOnDisk[]>>
}
