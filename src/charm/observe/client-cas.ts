// What the operator gives over `client-cas`: authorities whose certificates etcd is to take from clients, beside those of relations.
// Looked at by the leader in the hooks of that endpoint and in sweeps; the others find them in the peer databag.

import type { ClientCas } from '../../interfaces/etcd-peers.ts'
import { parseTransferredCertificates } from '../../interfaces/certificate-transfer.ts'
import { NotAllowed, NotFound, unlessGone } from '../../juju/errors.ts'
import type { RelationId } from '../../juju/names.ts'
import { authorityEnded, examineAuthority } from '../../tls/examine-authority.ts'
import type { Charm } from '../charm.ts'
import type { PeersSeen } from '../observed.ts'
import { admitAuthorities, permit } from '../plan/trust/client-cas.ts'
import { adminBytes, leavesBytes } from '../plan/trust/room.ts'
import { tryCertificate } from './try-certificate.ts'

/** Of a thousand authorities each may be wrong in a way of its own. */
const mostReasons = 5
/** Of one relation: each that is new is tried by a process of its own. */
const mostAuthorities = 16

export async function observeClientCas(
  charm: Charm,
  sweep: boolean,
  { application: { authorities, clientCas: before }, ledger }: PeersSeen,
  allowed: boolean,
): Promise<Readonly<Record<string, ClientCas>> | undefined> {
  const { hook } = charm.context
  const concerned = hook.kind === 'relation' && hook.endpoint === 'client-cas'
  if (!sweep && !concerned) return undefined
  const seen: Record<string, ClientCas> = {}
  for (const relation of await charm.juju.relationIds('client-cas')) {
    const found = orBefore(await lookAt(charm, relation, before[relation]), before[relation], sweep)
    if (found) seen[relation] = permit(found, before[relation], allowed)
  }
  return admitAuthorities(seen, before, adminBytes(authorities) + leavesBytes(ledger))
}

/**
 * One that goes from v1 to v0 takes its certificates out of one databag and puts them in others, of which Juju tells in hooks of their own: in
 * between there are none. That there are none is believed in a sweep, which comes within minutes; a relation that ends, at once.
 */
function orBefore(
  found: ClientCas | undefined,
  before: ClientCas | undefined,
  sweep: boolean,
): ClientCas | undefined {
  const empty = found?.certificates.length === 0 && found.refused.length === 0
  return empty && before && !sweep ? before : found
}

/** What a relation gives that Juju doesn't let us read, and that has not ended, stays as it was. */
async function lookAt(
  charm: Charm,
  relation: RelationId,
  before: ClientCas | undefined,
): Promise<ClientCas | undefined> {
  try {
    return await unlessGone(examineRelation(charm, relation, new Set(before?.certificates)))
  } catch (error) {
    if (error instanceof NotAllowed || error instanceof NotFound) return before
    throw error
  }
}

async function examineRelation(
  charm: Charm,
  relation: RelationId,
  known: ReadonlySet<string>,
): Promise<ClientCas> {
  const { juju, now } = charm
  const application = await juju.remoteApp(relation)
  const units = await juju.relationUnits(relation)
  const sent = parseTransferredCertificates(
    await juju.readAppBag(relation, application),
    await Promise.all(units.map((unit) => juju.readUnitBag(relation, unit))),
  )
  const certificates: string[] = []
  const refused = new Set<string>()
  const found = sent.map((pem) => examineAuthority(pem, now, known))
  const authorities = new Set(found.flatMap((one) => (one.kind === 'authority' ? [one.pem] : [])))
  for (const one of found) {
    if (one.kind === 'refused') refused.add(one.why)
    else if (one.ended) refused.add(authorityEnded)
  }
  if (authorities.size > mostAuthorities) refused.add(`more than ${mostAuthorities} CAs`)
  const knownFirst = [...authorities].sort((a, b) => Number(known.has(b)) - Number(known.has(a)))
  for (const pem of knownFirst.slice(0, mostAuthorities)) {
    const problem = known.has(pem) ? undefined : await whyNot(pem)
    if (problem !== undefined) refused.add(problem)
    else certificates.push(pem)
  }
  return {
    application,
    certificates: certificates.sort(),
    refused: [...refused].sort().slice(0, mostReasons),
  }
}

/** One that can't be tried now is tried again in the next sweep. */
async function whyNot(pem: string): Promise<string | undefined> {
  const trial = await tryCertificate(pem)
  switch (trial.kind) {
    case 'loads':
      return undefined
    case 'refused':
      return `etcd can't load a CA (${trial.why})`
    case 'untried':
      return `a CA can't be tried on the leader's machine (${trial.why})`
    default:
      return trial satisfies never
  }
}
