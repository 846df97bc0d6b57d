// What requirers ask for. A hook names the relation or the secret that may have changed: only that one is read anew, the
// others come from the ledger, so that a hook costs the same with one client as with a thousand (design §4).

import { type ClientRequest, parseClientRequests } from '../interfaces/etcd-client.ts'
import type { Leaf, Ledger } from '../interfaces/ledger.ts'
import { NotAllowed, NotFound, RelationGone } from '../juju/errors.ts'
import type { RelationId } from '../juju/names.ts'
import { parseSecretId } from '../juju/names.ts'
import { examineClientCertificate } from '../tls/client-certificate.ts'
import type { Charm } from './charm.ts'
import type { CertificateOffer, ClientsSeen, RelationSeen } from './observed.ts'
import { tryCertificate } from './try-certificate.ts'

export const noClients: ClientsSeen = {
  relations: new Map(),
  gone: new Set(),
  heard: new Set(),
  expected: undefined,
  members: new Map(),
}

export async function observeClients(charm: Charm, ledger: Ledger, sweep: boolean): Promise<ClientsSeen> {
  const { relations: focus, gone } = await clientsInFocus(charm, ledger, sweep)
  const relations = new Map<number, RelationSeen>()
  for (const relation of focus) {
    const seen = await observeRelation(charm, relation, ledger)
    if (seen) relations.set(relation, seen)
    else gone.add(relation)
  }
  const heard = heardOf(charm, relations)
  return {
    relations,
    gone,
    heard,
    expected: await findExpected(charm, ledger, relations, heard),
    members: await countMembers(charm, ledger, relations, gone),
  }
}

interface Focus {
  readonly relations: ReadonlySet<RelationId>
  readonly gone: Set<number>
}

async function clientsInFocus(charm: Charm, ledger: Ledger, sweep: boolean): Promise<Focus> {
  const { hook } = charm.context
  const relations = new Set<RelationId>()
  const gone = new Set<number>()
  if (hook.kind === 'relation' && hook.endpoint === 'etcd-client') {
    if (hook.event === 'broken') gone.add(hook.relation)
    else relations.add(hook.relation)
  }
  const rows = [...ledger.entries.values()]
  if (hook.kind === 'secret') {
    for (const { key, entry } of rows)
      if (entry.secret === hook.secret) relations.add(charm.juju.relationId(key.relation))
  }
  if (sweep) {
    for (const relation of await charm.juju.relationIds('etcd-client')) relations.add(relation)
    // One that is listed no more has ended, or is suspended: only Juju's "relation not found" proves the former.
    for (const { key } of rows)
      if (!gone.has(key.relation)) relations.add(charm.juju.relationId(key.relation))
  }
  for (const relation of waitingFor(ledger, new Set([...relations, ...gone])))
    relations.add(charm.juju.relationId(relation))
  return { relations, gone }
}

/** Relations that were refused because one of these owns their common name: they are served when it becomes free. */
function waitingFor(ledger: Ledger, owners: ReadonlySet<number>): readonly number[] {
  const rows = [...ledger.entries.values()]
  const held = new Set(
    rows.flatMap(({ key, entry }) =>
      entry.state === 'accepted' && owners.has(key.relation) ? [entry.leaf.commonName.toLowerCase()] : [],
    ),
  )
  return rows.flatMap(({ key, entry }) =>
    entry.state === 'refused' &&
    entry.wants &&
    held.has(entry.wants.toLowerCase()) &&
    !owners.has(key.relation)
      ? [key.relation]
      : [],
  )
}

/** `undefined` where Juju no longer knows the relation. */
async function observeRelation(
  charm: Charm,
  relation: RelationId,
  ledger: Ledger,
): Promise<RelationSeen | undefined> {
  const { juju } = charm
  try {
    const application = await juju.remoteApp(relation)
    const parsed = parseClientRequests(await juju.readAppBag(relation, application))
    if (parsed.kind === 'none') return { kind: 'silent', application }
    if (parsed.kind === 'malformed') return { ...parsed, application }
    const requests = []
    for (const asked of parsed.requests)
      requests.push({ asked, certificate: await readOffer(charm, asked, ledger) })
    return { kind: 'requests', application, protocol: parsed.protocol, requests }
  } catch (error) {
    if (error instanceof RelationGone) return undefined
    throw error
  }
}

async function readOffer(charm: Charm, asked: ClientRequest, ledger: Ledger): Promise<CertificateOffer> {
  if (asked.secret === undefined) {
    return asked.certificate ? examine(charm, asked.certificate, undefined, ledger) : { kind: 'missing' }
  }
  const secret = parseSecretId(asked.secret)
  if (!secret)
    return {
      kind: 'refused',
      code: 'secret-not-found',
      detail: 'secret-mtls is no secret URI',
      secret: undefined,
    }
  try {
    const content = await charm.juju.readSecret({ uri: asked.secret }, { refresh: true })
    const text = content['mtls-cert']
    if (text === undefined) return { kind: 'refused', code: 'secret-key-missing', detail: '', secret }
    return await examine(charm, text, secret, ledger)
  } catch (error) {
    if (error instanceof NotAllowed) return { kind: 'unreadable', code: 'secret-denied', detail: '', secret }
    if (error instanceof NotFound) return { kind: 'unreadable', code: 'secret-not-found', detail: '', secret }
    throw error
  }
}

async function examine(
  charm: Charm,
  text: string,
  secret: string | undefined,
  ledger: Ledger,
): Promise<CertificateOffer> {
  const before = acceptedBefore(charm, text, ledger)
  if (before) return { kind: 'leaf', leaf: before, secret }
  const found = await examineClientCertificate(text, charm.now)
  if (found.kind === 'refused') return { kind: 'refused', code: found.code, detail: found.detail, secret }
  const { pem, commonName, fingerprint, serial, notBefore, notAfter, subjectSize } = found
  const leaf = { pem, commonName, fingerprint, serial, notBefore, notAfter, subjectSize }
  const known = [...ledger.entries.values()].some(
    ({ entry }) => entry.state === 'accepted' && entry.leaf.fingerprint === fingerprint,
  )
  const problem = known ? undefined : await tryCertificate(pem)
  if (problem !== undefined)
    return { kind: 'refused', code: 'certificate-unloadable', detail: problem, secret }
  return { kind: 'leaf', leaf, secret }
}

/**
 * A certificate that was examined and accepted is not parsed again, which would cost every hook node-forge. It may have expired
 * since; and new code may know better, so an upgrade looks again.
 */
function acceptedBefore({ context, now }: Charm, text: string, { entries }: Ledger): Leaf | undefined {
  if (context.hook.kind === 'lifecycle' && context.hook.name === 'upgrade-charm') return undefined
  const pem = text.trim()
  for (const { entry } of entries.values()) {
    if (entry.state !== 'accepted' || entry.leaf.pem.trim() !== pem) continue
    return entry.leaf.notBefore <= now && now <= entry.leaf.notAfter ? entry.leaf : undefined
  }
  return undefined
}

/** A unit's relation-changed is the last hook that Juju owes for a new relation; update-status comes after all others. */
function heardOf({ context: { hook } }: Charm, relations: ReadonlyMap<number, RelationSeen>): Set<number> {
  if (hook.name === 'update-status') return new Set(relations.keys())
  const changed = hook.kind === 'relation' && hook.event === 'changed' && hook.remoteUnit !== undefined
  return new Set(changed && hook.endpoint === 'etcd-client' ? [hook.relation] : [])
}

/** Looked for only while a client waits for its trust. Who shows no unit yet is waited for until update-status. */
async function findExpected(
  charm: Charm,
  ledger: Ledger,
  relations: ReadonlyMap<number, RelationSeen>,
  _heard: ReadonlySet<number>,
): Promise<number | undefined> {
  const rows = [...ledger.entries.values()]
  if (rows.every(({ entry }) => entry.state === 'refused' || entry.served)) return undefined
  const known = new Set([
    ...rows.map(({ key }) => key.relation),
    ...ledger.silent.keys(),
    ...relations.keys(),
  ])
  return (await charm.juju.relationIds('etcd-client')).find((relation) => !known.has(relation))
}

/** Units of the requirers whose answer needs new secrets: these can be granted only while there are units. */
async function countMembers(
  charm: Charm,
  ledger: Ledger,
  relations: ReadonlyMap<number, RelationSeen>,
  gone: ReadonlySet<number>,
): Promise<ReadonlyMap<number, number>> {
  const unanswered = [...ledger.entries.values()].filter(({ entry }) => entry.answeredAs === undefined)
  const wanted = new Set([...relations.keys(), ...unanswered.map(({ key }) => key.relation)])
  const counted = [...wanted]
    .filter((relation) => !gone.has(relation))
    .map(
      async (relation) =>
        [relation, (await charm.juju.relationUnits(charm.juju.relationId(relation))).length] as const,
    )
  return new Map(await Promise.all(counted))
}
