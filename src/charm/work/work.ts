// What work that outlives a hook is given: its order, the clock, and a signal for when it is ended from outside. And what it reads from.

import type { SnapshotChunk } from '../../etcd/snapshot.ts'
import type { BackupManifest } from '../../interfaces/backup-manifest.ts'

export interface Work {
  /** JSON. */
  readonly order: string
  readonly now: () => number
  /** Aborts when systemd ends the work: what is half done is taken back. */
  readonly ends: AbortSignal
}

export type Facts = Pick<
  BackupManifest,
  'etcdVersion' | 'clusterId' | 'memberId' | 'revision' | 'keys' | 'authEnabled' | 'takenFrom' | 'raw'
>

export interface Source extends AsyncDisposable {
  readonly facts: Facts
  readonly chunks: AsyncIterable<SnapshotChunk>
}
