// What operators asked for by create-client-credentials, seen as what a requirer asks for: the ledger has it, so that it needs no question to
// Juju, and judgement, access, truststore and names are those of every client (docs/adr/0039-clients-of-operators.md).

import {
  type AcceptedEntry,
  isExpired,
  type Ledger,
  type LedgerEntry,
  ledgerKey,
  type RefusedEntry,
  type RequestKey,
} from '../../../interfaces/ledger.ts'
import {
  isOperators,
  ofOperator,
  operatorsKey,
  type OperatorRequest,
} from '../../../interfaces/operator-client.ts'
import type { Observed, RelationSeen, RequestSeen } from '../../observed.ts'

/**
 * So long after its certificate was first seen to have ended, in milliseconds, a client is forgotten, and the secret with its key removed.
 * A clock that is ahead is seen by then: until it is right again etcd lets no client in.
 */
export const forgottenAfter = 7 * 24 * 60 * 60 * 1000

/** Whoever is revoked, or whose certificate ended long ago, asks no more; one that has ended is replaced by another of its name. */
export function withOperatorClients(before: Ledger, observed: Observed): Observed {
  const { order, now, clients } = observed
  const had = [...before.entries.values()].filter(({ key }) => isOperators(key))
  const asks =
    order?.kind === 'create' ? [requestOf(operatorsKey(order.client.leaf.commonName), order.client)] : []
  if (had.length + asks.length === 0) return observed
  const going = order?.kind === 'revoke' ? order.commonName.toLowerCase() : undefined
  const turnedAway = had.flatMap(({ key, entry }) => {
    const ends = going !== undefined && key.request === operatorsKey(going).request
    const again = asks.some(({ asked }) => asked.request === key.request)
    return ends || again || !isTurnedAway(entry, now) ? [] : [seenAsBefore(key, entry)]
  })
  const kept = had.flatMap(({ key, entry }): readonly RequestSeen[] => {
    if (entry.state === 'refused' || isForgotten(entry, now)) return []
    if (entry.leaf.commonName.toLowerCase() === going) return []
    const isReplaced = isExpired(entry.leaf, now) && asks.some(({ asked }) => asked.request === key.request)
    return isReplaced ? [] : [requestOf(key, { ...entry, readOnly: entry.readOnly === true })]
  })
  const requests = [
    ...kept,
    ...turnedAway,
    ...asks.filter(({ asked }) => !kept.some((row) => row.asked.request === asked.request)),
  ]
  const seen: RelationSeen = { kind: 'requests', application: observed.application, protocol: 'v1', requests }
  return {
    ...observed,
    clients: { ...clients, relations: new Map([...clients.relations, [ofOperator, seen]]) },
  }
}

function isForgotten({ ended }: AcceptedEntry, now: number): boolean {
  return ended !== undefined && now - ended >= forgottenAfter
}

/** The entry with the time when its certificate was first seen to have ended; without it, where it has not, or is a requirer's. */
export function noteEnd(key: RequestKey, entry: LedgerEntry, before: Ledger, now: number): LedgerEntry {
  if (entry.state === 'refused' || !isOperators(key)) return entry
  const { ended: _before, ...rest } = entry
  const noted = before.entries.get(ledgerKey(key))?.entry
  if (!isExpired(entry.leaf, now)) return rest
  const known = noted?.state === 'accepted' && noted.leaf.fingerprint === entry.leaf.fingerprint
  return { ...rest, ended: Math.min((known ? noted.ended : undefined) ?? now, now) }
}

function requestOf({ request }: RequestKey, { leaf, prefix, readOnly }: OperatorRequest): RequestSeen {
  return {
    asked: { request, prefix, echo: {}, ...(readOnly && { readOnly }) },
    certificate: { kind: 'leaf', leaf, secret: undefined },
  }
}

/** What create-client-credentials gives at most, in ms: by then such a certificate has ended. */
const longestLife = 30 * 24 * 60 * 60 * 1000

/** For want of room, which the status tells until its certificate has ended, or the operator has it made anew or forgotten. */
function isTurnedAway(entry: LedgerEntry, now: number): entry is RefusedEntry {
  return entry.state === 'refused' && entry.waits !== undefined && now < entry.waits.since + longestLife
}

function seenAsBefore({ request }: RequestKey, { code, detail }: RefusedEntry): RequestSeen {
  return {
    asked: { request, prefix: '', echo: {} },
    certificate: { kind: 'refused', code, detail, secret: undefined },
  }
}

/** The client of that name that an operator made, if there is one. */
export function operatorClient(
  { entries }: Ledger,
  commonName: string,
): Extract<LedgerEntry, { state: 'accepted' }> | undefined {
  for (const { key, entry } of entries.values())
    if (
      isOperators(key) &&
      entry.state === 'accepted' &&
      entry.leaf.commonName.toLowerCase() === commonName.toLowerCase()
    )
      return entry
  return undefined
}
