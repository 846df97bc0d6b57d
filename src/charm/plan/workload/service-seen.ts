// What one hook saw of the process that runs etcd, of its last start, and of starts that did not come off.

import type { Health } from '../../../etcd/health.ts'
import type { Leaf } from '../../../interfaces/ledger.ts'
import type { FileName } from './installation-seen.ts'

export interface ServiceSeen {
  readonly service: 'absent' | 'inactive' | 'active' | 'failed'
  readonly run: RunSeen
  readonly loaded: Loaded | undefined
  /**
   * What tells the machine how to treat the service is as this version of the charm writes it, for this unit; but for what its next start
   * reads.
   */
  readonly serviceDefined: boolean
  /** And so is what its next start reads. */
  readonly startDefined: boolean
}

/** The process that runs etcd, and what a hook began with it. */
export interface RunSeen {
  /** systemd's id of its start, or of its last one. */
  readonly invocation: string
  /** As systemd prints it. */
  readonly since: string
  /** By its own word; `undefined` while it does not run. */
  readonly health?: Health | undefined
  /** It runs and does not answer, not even for itself: it still reads its data. */
  readonly mute: boolean
  /** The last start that a hook began and that none has seen the end of. */
  readonly begun: Begun | undefined
  /** What it reads at its start is kept as it was when etcd last served, to go back to. */
  readonly proven: boolean
  readonly refused: Refused | undefined
}

/** On disk before it is begun, so that a hook that does not see the end of it is no reason to begin again. */
export interface Begun {
  readonly loading: Loaded
  /** systemd's id of the start before it. */
  readonly before: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** Not all that it is to read lies there yet: an etcd that was started meanwhile has read nobody knows what. */
  readonly halfway?: boolean | undefined
  /** It came off, and let nobody in: how a handshake ended. */
  readonly lockedOut?: string | undefined
  /** What etcd did not run with: noted and told as `Refused` once etcd serves with what it had before, for else the machine is at fault. */
  readonly refuses?: Refused | undefined
}

/** What etcd did not run with on this machine, so that it went back to what it had before: as long as it is wanted, it is not tried again. */
export interface Refused extends Readonly<Partial<Record<StartPart, string | undefined>>> {
  /** etcd's own. */
  readonly words: string
  /** The time of the hook that saw it, in milliseconds since 1970. */
  readonly at: number
  /** The machine is to blame: it is tried again after some minutes, and nobody else is told. */
  readonly ofMachine?: boolean | undefined
}

/** What of a start is the same for all members. */
export type StartPart = 'release' | 'settings' | 'trust'

/** Of these etcd reads once, when it starts; the others at every handshake, or not at all. */
export type StartFile = Extract<FileName, 'configuration' | 'truststore' | 'peer-authority'>

/** What the running etcd read when it was started: a change to any of this takes effect with a restart only. */
export interface Loaded {
  readonly version: string
  /** SHA-256 of the tarball that it came from. */
  readonly archive?: string | undefined
  /** The snap's revision. */
  readonly revision?: string | undefined
  /** Digest of the configuration. */
  readonly configuration: string
  /** Digest of what in the configuration is the same for all members. */
  readonly settings?: string | undefined
  /** Digest of the certificate authorities that it trusts for peers and for clients. */
  readonly authorities: string
  /** Fingerprints of the roots of issuers of the operator's that it trusts peers by, sorted. */
  readonly roots?: readonly string[] | undefined
  readonly leaves: readonly Pick<Leaf, 'fingerprint' | 'serial' | 'commonName'>[]
  /** Access control was seen enabled in this etcd's data. */
  readonly guarded: boolean
  /** Bytes that its database may have; not there where that is left to etcd. */
  readonly quota?: number | undefined
}
