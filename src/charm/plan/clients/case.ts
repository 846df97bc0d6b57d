// What one request is judged by.

import type { Protocol } from '../../../interfaces/etcd-client.ts'
import type { Ledger, LedgerEntry, RequestKey } from '../../../interfaces/ledger.ts'
import type { RequestSeen } from '../../observed.ts'

export interface Case {
  readonly key: RequestKey
  readonly application: string
  readonly protocol: Protocol
  readonly request: RequestSeen
  /** What the ledger says of this request so far. */
  readonly previous: LedgerEntry | undefined
  readonly ledger: Ledger
  /** As the last hook left it. */
  readonly committed: Ledger
  /** By this id; otherwise what it says of it is of the id that it had before. */
  readonly known: boolean
  /** Its relation takes something back, now or just before. */
  readonly restless: boolean
  readonly rules: Rules
}

/** What judgement hangs on beside the requests themselves. */
export interface Rules {
  /** Option `allow-full-keyspace`. */
  readonly allowFullKeyspace: boolean
  /** What etcd says of certificates that it can't load, by short fingerprint. */
  readonly unloadable: ReadonlyMap<string, string>
  /** Bytes of the truststore that authorities take. */
  readonly authorities: number
  /** Relations that have access, and whose next certificate waits until members restart for renewals again. */
  readonly paced: ReadonlySet<number>
  /** Milliseconds since 1970. */
  readonly now: number
}
