// A plan is data: what is to be done, in order, and why. Steps act on the machine and on etcd at once; writes go to Juju,
// which commits them when the hook exits 0. So every step may be repeated, and writes come last (design §3). Each capability says beside its
// plans which there are; a kind that nobody carries out does not compile (act/act.ts, publish/publish.ts).

import type { BackupStep, BackupWrite } from './plan/backup/steps.ts'
import type { CertificateStep, CertificateWrite } from './plan/certificates/steps.ts'
import type { ClientStep, ClientWrite } from './plan/clients/steps.ts'
import type { ClusterStep, ClusterWrite } from './plan/cluster/steps.ts'
import type { IssuerStep, IssuerWrite } from './plan/issuers/steps.ts'
import type { MaintenanceStep } from './plan/maintenance/steps.ts'
import type { ObservabilityWrite } from './plan/observability/steps.ts'
import type { RestoreStep } from './plan/restore/steps.ts'
import type { TrustStep, TrustWrite } from './plan/trust/steps.ts'
import type { WorkloadStep, WorkloadWrite } from './plan/workload/steps.ts'

export type * from './plan/backup/steps.ts'
export type * from './plan/certificates/steps.ts'
export type * from './plan/clients/steps.ts'
export type * from './plan/cluster/steps.ts'
export type * from './plan/observability/steps.ts'
export type * from './plan/restore/steps.ts'
export type * from './plan/workload/steps.ts'
export type * from './plan/issuers/steps.ts'
export type * from './plan/maintenance/steps.ts'

export type Step = { readonly why: string } & (
  | WorkloadStep
  | ClusterStep
  | RestoreStep
  | ClientStep
  | TrustStep
  | CertificateStep
  | IssuerStep
  | MaintenanceStep
  | BackupStep
)

export type Write = { readonly why: string } & (
  | WorkloadWrite
  | ClusterWrite
  | ClientWrite
  | TrustWrite
  | CertificateWrite
  | ObservabilityWrite
  | BackupWrite
  | IssuerWrite
)

export interface Plan {
  readonly steps: readonly Step[]
  readonly writes: readonly Write[]
  readonly conditions: readonly Condition[]
  /** Relations whose number of units decides what is written to them: to be asked for before the writes are made. */
  readonly toCount: readonly number[]
}

/** The first is worth most: the cluster's data, this unit's member where it is out, what else is about the machine, the clients. */
export const stakes = ['cluster', 'member', 'machine', 'clients'] as const
export type Stake = (typeof stakes)[number]

/** Something that is not as it should be, in the words of `juju status`: what is missing; what to do. */
export interface Condition {
  /** `active` is a warning: it is told where nothing worse is. */
  readonly status: 'blocked' | 'waiting' | 'maintenance' | 'active'
  readonly message: string
  /** What is lost by it, at worst; where it is not said, this unit's machine, or the clients of the application. */
  readonly stake?: Stake
  /** Conditions of the application (a client's, say) are the leader's to tell; the others are this unit's. */
  readonly scope: 'unit' | 'application'
  /** Told only where there is nothing else to tell. */
  readonly aside?: boolean
}

/** One line for the log and for the action `plan`. Nothing in a step is secret. */
export function describeStep(step: Step | Write): string {
  const words = Object.entries(step).flatMap(([name, value]) =>
    name !== 'kind' && name !== 'why' && name !== 'content' && typeof value === 'string' ? [value] : [],
  )
  return `${[step.kind, ...words].join(' ')}: ${step.why}`
}
