// What operators asked for by create-client-credentials, seen as what a requirer asks for: the ledger has it, so that it needs no question to
// Juju, and judgement, access, truststore, names and their end are those of every client (docs/adr/0039-clients-of-operators.md).

import type { Ledger, LedgerEntry, RequestKey } from '../../../interfaces/ledger.ts'
import {
  isOperators,
  ofOperator,
  operatorsKey,
  type OperatorRequest,
} from '../../../interfaces/operator-client.ts'
import type { Observed, RelationSeen, RequestSeen } from '../../observed.ts'

/** Whoever is revoked, or whose certificate has ended, asks no more. */
export function withOperatorClients(before: Ledger, observed: Observed): Observed {
  const { order, now, clients } = observed
  const had = [...before.entries.values()].filter(({ key }) => isOperators(key))
  const asks =
    order?.kind === 'create' ? [requestOf(operatorsKey(order.client.leaf.commonName), order.client)] : []
  if (had.length + asks.length === 0) return observed
  const going = order?.kind === 'revoke' ? order.commonName.toLowerCase() : undefined
  const kept = had.flatMap(({ key, entry }): readonly RequestSeen[] =>
    entry.state === 'accepted' && entry.leaf.notAfter > now && entry.leaf.commonName.toLowerCase() !== going
      ? [requestOf(key, { ...entry, readOnly: entry.readOnly === true })]
      : [],
  )
  const requests = [
    ...kept,
    ...asks.filter(({ asked }) => !kept.some((row) => row.asked.request === asked.request)),
  ]
  const seen: RelationSeen = { kind: 'requests', application: observed.application, protocol: 'v1', requests }
  return {
    ...observed,
    clients: { ...clients, relations: new Map([...clients.relations, [ofOperator, seen]]) },
  }
}

function requestOf({ request }: RequestKey, { leaf, prefix, readOnly }: OperatorRequest): RequestSeen {
  return {
    asked: { request, prefix, echo: {}, ...(readOnly && { readOnly }) },
    certificate: { kind: 'leaf', leaf, secret: undefined },
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
