// What requirers ask for. A hook names the relation or the secret that may have changed: only that one is read anew, the
// others come from the ledger, so that a hook costs the same with one client as with a thousand (design §4).

import { parseClientRequests } from '../interfaces/etcd-client.ts'
import type { Ledger } from '../interfaces/ledger.ts'
import { RelationGone } from '../juju/errors.ts'
import type { RelationId } from '../juju/names.ts'
import type { Charm } from './charm.ts'
import { observeCrossModel, observeUnseen, stillExists } from './observe-cross-model.ts'
import type { ClientsSeen, CrossModelSeen, RelationSeen } from './observed.ts'
import { readEncryptedOffer, readOffer } from './read-offer.ts'

export const noClients: ClientsSeen = {
  relations: new Map(),
  gone: new Set(),
  heard: new Set(),
  expected: undefined,
  members: new Map(),
  crossModel: new Map(),
  suspended: new Set(),
}

export async function observeClients(charm: Charm, ledger: Ledger, sweep: boolean): Promise<ClientsSeen> {
  const { relations: focus, gone, suspended } = await clientsInFocus(charm, ledger, sweep)
  const relations = new Map<number, RelationSeen>()
  const crossModel = new Map<number, CrossModelSeen>()
  for (const relation of focus) {
    const seen = await observeRelation(charm, relation, ledger)
    if (seen) relations.set(relation, seen.relation)
    if (seen?.crossModel) crossModel.set(relation, seen.crossModel)
    if (!seen) ((await isSuspended(charm, relation, ledger)) ? suspended : gone).add(relation)
  }
  const heard = heardOf(charm, relations)
  const unseen = new Set([...gone, ...suspended])
  return {
    relations,
    gone,
    heard,
    expected: await findExpected(charm, ledger, relations, heard),
    members: await countMembers(charm, ledger, relations, unseen),
    crossModel,
    suspended,
  }
}

async function isSuspended(charm: Charm, relation: RelationId, ledger: Ledger): Promise<boolean> {
  return ledger.crossModel.has(relation) && stillExists(charm, relation)
}

interface Focus {
  readonly relations: ReadonlySet<RelationId>
  readonly gone: Set<number>
  readonly suspended: Set<number>
}

async function clientsInFocus(charm: Charm, ledger: Ledger, sweep: boolean): Promise<Focus> {
  const { hook } = charm.context
  const relations = new Set<RelationId>()
  const gone = new Set<number>()
  const suspended = new Set<number>()
  if (hook.kind === 'relation' && hook.endpoint === 'etcd-client') {
    // Across models this may be the end or a suspension: which one, later hooks find out.
    if (hook.event === 'broken') (ledger.crossModel.has(hook.relation) ? suspended : gone).add(hook.relation)
    else relations.add(hook.relation)
  }
  const rows = [...ledger.entries.values()]
  if (hook.kind === 'secret') {
    for (const { key, entry } of rows)
      if (entry.secret === hook.secret) relations.add(charm.juju.relationId(key.relation))
  }
  if (sweep) {
    for (const relation of await charm.juju.relationIds('etcd-client')) relations.add(relation)
    // One that is listed no more is looked at, too: Juju's "relation not found" says what its absence from a list does not.
    for (const { key } of rows)
      if (!gone.has(key.relation) && ledger.crossModel.get(key.relation) !== 'suspended')
        relations.add(charm.juju.relationId(key.relation))
  }
  const unseen = await observeUnseen(charm, ledger, new Set([...relations, ...gone, ...suspended]))
  for (const relation of unseen.ended) gone.add(relation)
  for (const relation of unseen.suspended) suspended.add(relation)
  for (const relation of waitingFor(ledger, new Set([...relations, ...gone])))
    if (!suspended.has(relation)) relations.add(charm.juju.relationId(relation))
  return { relations, gone, suspended }
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

interface Seen {
  readonly relation: RelationSeen
  readonly crossModel: CrossModelSeen | undefined
}

/** `undefined` where Juju no longer shows the relation. */
async function observeRelation(
  charm: Charm,
  relation: RelationId,
  ledger: Ledger,
): Promise<Seen | undefined> {
  const { juju } = charm
  try {
    const application = await juju.remoteApp(relation)
    const databag = await juju.readAppBag(relation, application)
    const crossModel = await observeCrossModel(charm, relation, application, databag, ledger)
    const parsed = parseClientRequests(databag)
    if (parsed.kind === 'none')
      return { relation: { kind: 'silent', application, protocol: parsed.protocol }, crossModel }
    if (parsed.kind === 'malformed') return { relation: { ...parsed, application }, crossModel }
    const requests = []
    for (const asked of parsed.requests) {
      const encrypted = crossModel && asked.secret === undefined
      const certificate = encrypted
        ? await readEncryptedOffer(charm, relation, asked, crossModel, ledger)
        : await readOffer(charm, asked, ledger)
      requests.push({ asked, certificate })
    }
    return { relation: { ...parsed, application, requests }, crossModel }
  } catch (error) {
    if (error instanceof RelationGone) return undefined
    throw error
  }
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
