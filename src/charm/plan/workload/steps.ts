// What may be done about etcd's programs, its configuration and its service.

import type { Options } from '../../../config.ts'
import type { FileName } from './installation-seen.ts'
import type { Loaded, StartFile, StartPart } from './service-seen.ts'

export type WorkloadStep =
  | { readonly kind: 'workload/install'; readonly from: 'snap' | 'archive' }
  /** So that snapd does not refresh it by itself. */
  | { readonly kind: 'workload/hold' }
  /** etcd's own job, which can't go on. */
  | { readonly kind: 'downgrade/cancel' }
  /** Of the snap, to lie ready: etcd goes on as it runs. */
  | { readonly kind: 'workload/fetch'; readonly revision: string }
  /** `start`: what the next start reads, too, since etcd does not run. */
  | { readonly kind: 'service/define'; readonly start: boolean }
  | { readonly kind: 'file/write'; readonly file: FileName; readonly content: string }
  | ({ readonly kind: 'service/start' } & Start)
  | ({ readonly kind: 'service/restart' } & Start)
  /** Until the start that was begun has come to its end, which is then on record. */
  | { readonly kind: 'service/wait' }
  | { readonly kind: 'service/wait-for-quorum' }
  | { readonly kind: 'service/yield'; readonly to: string }
  | {
      readonly kind: 'service/go-back'
      readonly to: Loaded
      readonly part: StartPart
      readonly value: string
    }
  | { readonly kind: 'refusal/forget'; readonly part: StartPart }
  | { readonly kind: 'service/stop' }
  | { readonly kind: 'service/readmit' }

export type WorkloadWrite =
  | { readonly kind: 'options/write'; readonly options: Options }
  | { readonly kind: 'port/open'; readonly port: string }
  | { readonly kind: 'version/set'; readonly version: string }

/** A start of etcd, and what is put in its place right before it: nothing that a start reads changes while etcd runs. */
export interface Start {
  readonly loading: Loaded
  readonly files: Readonly<Partial<Record<StartFile, string>>>
  /** To the release that lies ready. */
  readonly switches: boolean
}
