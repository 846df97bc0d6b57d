// The line that each hook adds to the charm's own log: what collectors can't learn from etcd, as numbers that rules compare. One object of
// JSON on a line, without nesting; a number that this hook did not look for is left out. Nothing in it is secret.

import type { StoreSeen } from '../../../interfaces/backup-record.ts'
import { readValidity } from '../../../tls/certificate.ts'
import type { Observed } from '../../observed.ts'
import type { Due } from '../backup/backup-seen.ts'
import { oneStoreAtATime, storeIsReady } from '../backup/guards.ts'
import { storesOf } from '../backup/stores.ts'
import { missedRuns, newestKnown, workOf } from '../backup/work.ts'
import { endsOf } from '../certificates/ends.ts'
import { expiresSoon } from '../clients/conditions.ts'
import { isWaiting } from '../clients/refusals.ts'

export const lineBegins = '{"charm":"etcd",'

export interface HookTold {
  readonly hook: string
  readonly model: string
  readonly status: string
  readonly message: string
}

/** What may be in the line beside the names. */
export interface Facts {
  readonly leader?: boolean
  readonly blocked?: 0 | 1
  readonly no_space?: 0 | 1
  readonly corrupt?: 0 | 1
  readonly access_control?: 0 | 1
  readonly certificate_days?: number
  /** Of its whole life, in per cent. */
  readonly certificate_left?: number
  readonly authority_days?: number
  readonly client_certificate_days?: number
  readonly client_certificates_ending?: number
  readonly requests_refused?: number
  readonly refresh_waits?: 0 | 1
  /** Of the schedule: how many of its runs came after the newest backup, ten for ten or more. */
  readonly backup_periods?: number
  readonly backup_failed?: 0 | 1
  /** The newest was tried, and can't be restored. */
  readonly backup_unusable?: 0 | 1
}

const ownFiles = ['peer-certificate', 'server-certificate', 'admin-certificate'] as const
/** The charm's own, the roots of issuers of the operator's, and those of client-cas. */
const authorityKinds: ReadonlySet<string> = new Set(['authority', 'issuer', 'operator'])
const day = 24 * 60 * 60 * 1000

export function printLine(observed: Observed, { hook, model, status, message }: HookTold): string {
  const { now, unit, application } = observed
  const names = { charm: 'etcd', time: new Date(now).toISOString(), model, application, unit, hook }
  return `${JSON.stringify({ ...names, status, message, ...factsOf(observed, status) })}\n`
}

export function factsOf(observed: Observed, status: string): Facts {
  return {
    leader: observed.leader,
    blocked: status === 'blocked' ? 1 : 0,
    ...factsOfMember(observed),
    ...factsOfCertificates(observed),
    ...factsOfRelease(observed),
    ...(observed.leader && { ...factsOfApplication(observed), ...factsOfBackups(observed) }),
  }
}

function factsOfMember({ etcd }: Observed): Facts {
  const up = etcd.kind === 'up' ? etcd : undefined
  const alarmed = (kind: 'no-space' | 'corrupt'): 0 | 1 =>
    up?.alarms?.some((alarm) => alarm.kind === kind) === true ? 1 : 0
  return {
    ...(up?.alarms && { no_space: alarmed('no-space'), corrupt: alarmed('corrupt') }),
    ...(up?.authentication !== undefined && { access_control: up.authentication ? 1 : 0 }),
  }
}

/** Those that etcd shows, whoever issued them: it reads them at every handshake. An issuer's may be for a day, so days alone say little. */
function factsOfCertificates({ machine: { files }, now }: Observed): Facts {
  const shown = ownFiles.flatMap((file) => readValidity(files[file] ?? '') ?? [])
  if (shown.length === 0) return {}
  const left = shown.map(({ notBefore, notAfter }) => (notAfter - now) / (notAfter - notBefore))
  return {
    certificate_days: daysUntil(Math.min(...shown.map(({ notAfter }) => notAfter)), now),
    certificate_left: toTenth(100 * Math.min(...left)),
  }
}

/** A release lies ready, or is in place and does not run yet. */
function factsOfRelease({ machine: { prepared, workload, loaded } }: Observed): Facts {
  if (!workload || !loaded) return {}
  const waits = prepared ?? (loaded.version !== workload.version || loaded.archive !== workload.archive)
  return { refresh_waits: waits ? 1 : 0 }
}

/** Nothing where nobody wants backups. A schedule that no backup can come of has failed, too: no other alert is about the application. */
function factsOfBackups(observed: Observed): Facts {
  const { due } = observed.backup ?? {}
  const { outcome } = workOf(observed)
  const stores = storesOf(observed)
  const isStuck = due !== undefined && isInVain(due, stores)
  if (stores.length === 0) return isStuck ? { backup_failed: 1 } : {}
  const newest = newestKnown(observed)
  const missed = due?.kind === 'since' && newest !== undefined ? missedRuns(due, newest) : undefined
  return {
    ...((outcome || isStuck) && { backup_failed: isStuck || outcome?.ended === 'failed' ? 1 : 0 }),
    ...(outcome?.verification && { backup_unusable: outcome.verification.found === 'unusable' ? 1 : 0 }),
    ...(missed !== undefined && { backup_periods: missed }),
  }
}

/** The alert waits for an hour, in which whoever deploys relates a store and gives its keys. */
function isInVain(due: Due, stores: readonly StoreSeen[]): boolean {
  return due.kind === 'since' && !(oneStoreAtATime.holds(stores) && storeIsReady.holds(stores))
}

/** The leader looks after the clients; of the others' words none is newer. */
function factsOfApplication(observed: Observed): Facts {
  const { peers, now } = observed
  if (!peers) return {}
  const entries = [...peers.ledger.entries.values()].map(({ entry }) => entry)
  // What an operator made and has ended calls nobody.
  const leaves = entries.flatMap((entry) =>
    entry.state === 'refused' || entry.ended !== undefined ? [] : [entry.leaf],
  )
  const ends = leaves.map(({ notAfter }) => notAfter)
  const authorities = endsOf(observed).filter(({ kind }) => authorityKinds.has(kind))
  const refused = entries.filter((entry) => entry.state === 'refused' && !isWaiting(entry.code))
  return {
    requests_refused: refused.length,
    client_certificates_ending: leaves.filter((leaf) => expiresSoon(leaf, now)).length,
    ...(ends.length > 0 && { client_certificate_days: daysUntil(Math.min(...ends), now) }),
    ...(authorities.length > 0 && {
      authority_days: daysUntil(Math.min(...authorities.map(({ at }) => at)), now),
    }),
  }
}

/** To a tenth; below zero once it is over. */
function daysUntil(end: number, now: number): number {
  return toTenth((end - now) / day)
}

function toTenth(number: number): number {
  return Math.round(10 * number) / 10
}
