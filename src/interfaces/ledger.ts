// The ledger: who owns which common name. It lives in the application databag of `etcd-peers`, one key per request,
// and says who *owns* what; what *exists* is read from etcd (design §3.4). Keys are parsed whole, never by prefix.

import * as z from 'zod/mini'
import type { RequestStatus } from './etcd-client-answer.ts'
import { parsePlace, printPlace } from './operator-client.ts'
import { parseJsonText, printJsonText } from './json-text.ts'
import {
  type Absence,
  absenceSchema,
  type CrossModelState,
  crossModelStates,
  type Departure,
  departureSchema,
  entrySchema,
  type LedgerEntry,
  namesSchema,
  type RequestKey,
  type Leaf,
  statusesSchema,
  type Suspension,
  suspensionSchema,
} from './ledger-rows.ts'

export type * from './ledger-rows.ts'

export interface Ledger {
  /** By `ledgerKey`, in the order of relation id and request id. */
  readonly entries: ReadonlyMap<string, { readonly key: RequestKey; readonly entry: LedgerEntry }>
  /** Common names whose user and role this charm still has to delete in etcd. */
  readonly leaving: ReadonlySet<string>
  /** Names whose last owner some member may still trust: until none does, nobody else's. */
  readonly departed: ReadonlyMap<string, Departure>
  /** Names, in lower case, that the operator has revoked, by the relation that had them. */
  readonly revoked: ReadonlyMap<number, readonly string[]>
  /** Digest of what was last published, by relation id. */
  readonly answers: ReadonlyMap<number, string>
  /** Statuses that requirers were told in an earlier hook and have had time to see, by relation id. */
  readonly noted: ReadonlyMap<number, readonly RequestStatus[]>
  /** Relations whose units were heard and that asked for nothing, with the name of the application. */
  readonly silent: ReadonlyMap<number, string>
  /** Requests that ended and whose secrets are still to be removed, by `ledgerKey`. */
  readonly collectable: ReadonlyMap<string, RequestKey>
  /**
   * Relations with applications of other models. A suspended one is still related, though Juju shows it no more: its clients stay as they are.
   */
  readonly crossModel: ReadonlyMap<number, CrossModelState>
  /** Relations that Juju refused a write to: they are told what is new to them in the next hook of the peers, behind all of theirs. */
  readonly unheard: ReadonlySet<number>
  readonly suspensions: ReadonlyMap<number, Suspension>
  /** Requests are still on their way: members load new trust when they have come, once for all of them. */
  readonly gathering: boolean
  /** When members were last rolled for the certificate of somebody who had access before, in ms since 1970. */
  readonly renewed?: number | undefined
  /** Units whose members do not answer, or do not load a client's certificate, by name. */
  readonly away: ReadonlyMap<string, Absence>
}

/** Enough of a fingerprint to tell which leaves a member has loaded. */
export function shortFingerprint({ fingerprint }: Pick<Leaf, 'fingerprint'>): string {
  return fingerprint.slice(0, 16)
}

/** By `now` in milliseconds since 1970, which may be wrong. */
export function isExpired({ notAfter }: Pick<Leaf, 'notAfter'>, now: number): boolean {
  return notAfter < now
}

const requestPattern = /^client\.(operator|0|[1-9][0-9]*)(?:\.([^.]+))?$/
const answerPattern = /^answer\.(0|[1-9][0-9]*)$/
const notedPattern = /^noted\.(0|[1-9][0-9]*)$/
const collectPattern = /^collect\.(operator|0|[1-9][0-9]*)(?:\.([^.]+))?$/
const silentPattern = /^silent\.(0|[1-9][0-9]*)$/
const crossModelPattern = /^crossmodel\.(0|[1-9][0-9]*)$/
const unheardPattern = /^unheard\.(0|[1-9][0-9]*)$/
const revokedPattern = /^revoked\.(0|[1-9][0-9]*)$/
const suspensionPattern = /^suspended\.(0|[1-9][0-9]*)$/
const leavingKey = 'leaving.'
const awayKey = 'away.'
const departedKey = 'departed.'
const gatheringKey = 'gathering'
const renewedKey = 'renewed'

export function answerKey(relation: number): string {
  return `answer.${relation}`
}

export function ledgerKey(key: RequestKey): string {
  const place = `client.${printPlace(key.relation)}`
  return key.request === '' ? place : `${place}.${key.request}`
}

export function parseLedger(databag: Readonly<Record<string, string>>): Ledger {
  const found: { key: RequestKey; entry: LedgerEntry }[] = []
  const leaving = new Set<string>()
  const answers = new Map<number, string>()
  const noted = new Map<number, readonly RequestStatus[]>()
  const collectable = new Map<string, RequestKey>()
  const silent = new Map<number, string>()
  const crossModel = new Map<number, CrossModelState>()
  const unheard = new Set<number>()
  const away = new Map<string, Absence>()
  const departed = new Map<string, Departure>()
  const revoked = new Map<number, readonly string[]>()
  const suspensions = new Map<number, Suspension>()
  for (const [name, text] of Object.entries(databag)) {
    const request = requestPattern.exec(name)
    const answer = answerPattern.exec(name)
    const told = notedPattern.exec(name)
    const ended = collectPattern.exec(name)
    const quiet = silentPattern.exec(name)
    const foreign = crossModelPattern.exec(name)
    const deaf = unheardPattern.exec(name)
    const refusedNames = revokedPattern.exec(name)
    const suspended = suspensionPattern.exec(name)
    if (request) {
      const parsed = parseJsonText(entrySchema, text)
      if (parsed)
        found.push({ key: { relation: parsePlace(request[1]), request: request[2] ?? '' }, entry: parsed })
    } else if (ended) {
      const key = { relation: parsePlace(ended[1]), request: ended[2] ?? '' }
      collectable.set(ledgerKey(key), key)
    } else if (deaf) unheard.add(Number(deaf[1]))
    else if (quiet) silent.set(Number(quiet[1]), text)
    else if (foreign)
      crossModel.set(Number(foreign[1]), crossModelStates.find((state) => state === text) ?? 'live')
    else if (refusedNames) revoked.set(Number(refusedNames[1]), parseJsonText(namesSchema, text) ?? [])
    else if (suspended) {
      const parsed = parseJsonText(suspensionSchema, text)
      if (parsed) suspensions.set(Number(suspended[1]), parsed)
    } else if (answer) answers.set(Number(answer[1]), text)
    else if (told) noted.set(Number(told[1]), parseJsonText(statusesSchema, text) ?? [])
    else if (name.startsWith(leavingKey)) leaving.add(name.slice(leavingKey.length))
    else if (name.startsWith(awayKey)) {
      const missed = parseJsonText(absenceSchema, text)
      if (missed) away.set(name.slice(awayKey.length), missed)
    } else if (name.startsWith(departedKey)) {
      const parsed = parseJsonText(departureSchema, text)
      if (parsed) departed.set(name.slice(departedKey.length), parsed)
    }
  }
  found.sort((a, b) => compareRequestKeys(a.key, b.key))
  const entries = new Map(found.map((row) => [ledgerKey(row.key), row] as const))
  const gathering = databag[gatheringKey] !== undefined
  const renewed = parseJsonText(z.number(), databag[renewedKey])
  return {
    entries,
    leaving,
    departed,
    revoked,
    answers,
    noted,
    silent,
    collectable,
    crossModel,
    suspensions,
    unheard,
    gathering,
    away,
    ...(renewed !== undefined && { renewed }),
  }
}

/** Of keys that decide who is let in, and whom a hook waits for. */
const decisive: readonly (readonly [isKey: (name: string) => boolean, schema: z.core.$ZodType])[] = [
  [(name) => requestPattern.test(name), entrySchema],
  [(name) => revokedPattern.test(name), namesSchema],
  [(name) => suspensionPattern.test(name), suspensionSchema],
  [(name) => name.startsWith(departedKey), departureSchema],
  [(name) => name.startsWith(awayKey), absenceSchema],
]

/** Such keys that are there and say nothing to this version of the charm: that is not the same as if they were not there. */
export function unreadableRows(databag: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(databag).flatMap(([name, text]) => {
    const schema = decisive.find(([isKey]) => isKey(name))?.[1]
    return schema && text !== '' && parseJsonText(schema, text) === undefined ? [name] : []
  })
}

export function compareRequestKeys(a: RequestKey, b: RequestKey): number {
  if (a.relation !== b.relation) return a.relation - b.relation
  return a.request < b.request ? -1 : a.request > b.request ? 1 : 0
}

/** Prints the databag keys that belong to the ledger; the caller writes the differences. */
export function printLedger(ledger: Ledger): Record<string, string> {
  const databag: Record<string, string> = {}
  for (const [name, { entry: value }] of ledger.entries) databag[name] = printJsonText(value)
  for (const commonName of ledger.leaving) databag[`${leavingKey}${commonName}`] = 'user'
  for (const [name, value] of ledger.departed) databag[`${departedKey}${name}`] = printJsonText(value)
  for (const [relation, list] of ledger.revoked) databag[`revoked.${relation}`] = printJsonText(list)
  for (const [relation, value] of ledger.suspensions) databag[`suspended.${relation}`] = printJsonText(value)
  for (const name of ledger.collectable.keys()) databag[name.replace(/^client/, 'collect')] = 'secrets'
  for (const [relation, application] of ledger.silent) databag[`silent.${relation}`] = application
  for (const [relation, state] of ledger.crossModel) databag[`crossmodel.${relation}`] = state
  for (const relation of ledger.unheard) databag[`unheard.${relation}`] = 'yes'
  for (const [relation, value] of ledger.answers) databag[answerKey(relation)] = value
  for (const [relation, rows] of ledger.noted) databag[`noted.${relation}`] = printJsonText(rows)
  if (ledger.gathering) databag[gatheringKey] = 'yes'
  if (ledger.renewed !== undefined) databag[renewedKey] = String(ledger.renewed)
  for (const [unit, missed] of ledger.away) databag[`${awayKey}${unit}`] = printJsonText(missed)
  return databag
}

/** Whether both would be printed alike. Rows that nobody touched are the very same: they are not printed for it. */
export function sameLedger(a: Ledger, b: Ledger): boolean {
  if (a.entries.size !== b.entries.size) return false
  for (const [name, { entry: one }] of a.entries) {
    const other = b.entries.get(name)?.entry
    if (one !== other && printJsonText(one) !== printJsonText(other)) return false
  }
  const rest = (ledger: Ledger): string => printJsonText(printLedger({ ...ledger, entries: new Map() }))
  return rest(a) === rest(b)
}

/** Whether a key of the peer application databag belongs to the ledger, so that a row that ended is deleted. */
export function isLedgerKey(name: string): boolean {
  const patterns = [
    requestPattern,
    answerPattern,
    notedPattern,
    collectPattern,
    silentPattern,
    crossModelPattern,
    unheardPattern,
    revokedPattern,
    suspensionPattern,
  ]
  const named = [leavingKey, departedKey, awayKey].some((beginning) => name.startsWith(beginning))
  const alone = name === gatheringKey || name === renewedKey
  return named || alone || patterns.some((pattern) => pattern.test(name))
}
