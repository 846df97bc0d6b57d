// What requirers ask for, of the relations that this hook is about: the others come from the ledger (clients-in-focus.ts).

import { parseClientRequests } from '../../interfaces/etcd-client.ts'
import type { Ledger } from '../../interfaces/ledger.ts'
import { NotAllowed, NotFound, RelationGone } from '../../juju/errors.ts'
import type { Hook } from '../../juju/context.ts'
import { type AppName, parseAppName, type RelationId } from '../../juju/names.ts'
import { aFewAtATime } from '../a-few-at-a-time.ts'
import type { Charm } from '../charm.ts'
import { clientsInFocus, type Look } from './clients-in-focus.ts'
import { type Fate, fateOfUnseen, observeCrossModel } from './cross-model.ts'
import { observeGiven } from './given.ts'
import { malformedOffer } from '../plan/clients/clients-seen.ts'
import type { ClientsSeen, CrossModelSeen, RelationSeen } from '../observed.ts'
import type { Rules } from '../plan/clients/judge-request.ts'
import { nextInLine } from '../plan/clients/next-in-line.ts'
import { readEncryptedOffer, readOffer } from './read-offer.ts'
import { unlessDenied } from './unless-denied.ts'
import { refusedRelations } from '../writes-to-relations.ts'

export const noClients: ClientsSeen = {
  relations: new Map(),
  gone: new Set(),
  heard: new Set(),
  expected: undefined,
  members: new Map(),
  crossModel: new Map(),
  suspended: new Set(),
  refused: new Set(),
  given: new Map(),
  granted: new Set(),
}

export async function observeClients(charm: Charm, look: Look, rules: Rules): Promise<ClientsSeen> {
  const { ledger } = look
  const focus = await clientsInFocus(charm, look)
  const relations = new Map<number, RelationSeen>()
  const crossModel = new Map<number, CrossModelSeen>()
  const [gone, suspended, granted] = [new Set(focus.gone), new Set(focus.suspended), new Set(focus.granted)]
  const denied = new Set<number>()
  const observe = async (relation: RelationId): Promise<void> => {
    const seen = await unlessDenied(charm, relation, observeRelation(charm, relation, look))
    if (seen === 'denied') {
      denied.add(relation)
      return
    }
    if (seen) relations.set(relation, seen.relation)
    if (seen?.crossModel) crossModel.set(relation, seen.crossModel)
    if (seen) return
    const fate = await fateOf(charm, relation, ledger)
    ;(fate === 'ended' ? gone : suspended).add(relation)
    if (fate === 'granted') granted.add(relation)
  }
  await aFewAtATime(focus.relations, observe)
  const clients = { ...noClients, relations, gone, suspended, granted, crossModel }
  for (;;) {
    const next = nextInLine(ledger, clients, rules, denied)
    if (next === undefined) break
    await observe(charm.juju.relationId(next))
  }
  return {
    ...clients,
    heard: heardOf(charm, relations),
    expected: await findExpected(charm, ledger, relations),
    refused: await refusedRelations(charm),
    given: look.sweep ? await observeGiven(charm, ledger, gone) : new Map(),
  }
}

/** One that Juju lists and does not show has been removed; of others with other models it shows no more than what was granted. */
async function fateOf(charm: Charm, relation: RelationId, ledger: Ledger): Promise<Fate> {
  if (!ledger.crossModel.has(relation)) return 'ended'
  if ((await charm.juju.relationIds('etcd-client')).includes(relation)) return 'ended'
  return fateOfUnseen(charm.juju, relation, ledger)
}

interface Seen {
  readonly relation: RelationSeen
  readonly crossModel: CrossModelSeen | undefined
}

/** @throws {RelationGone} where Juju no longer shows the relation */
async function observeRelation(charm: Charm, relation: RelationId, look: Look): Promise<Seen> {
  const { ledger } = look
  const application = await applicationOf(charm, relation, ledger)
  const databag = await charm.juju.readAppBag(relation, application)
  const crossModel = await observeCrossModel(charm, relation, application, databag, ledger)
  const parsed = parseClientRequests(databag)
  if (parsed.kind === 'none')
    return { relation: { kind: 'silent', application, protocol: parsed.protocol }, crossModel }
  if (parsed.kind === 'malformed') return { relation: { ...parsed, application }, crossModel }
  const requests = await aFewAtATime(parsed.requests, async (asked) => {
    if (asked.malformed !== undefined) return { asked, certificate: malformedOffer(asked.malformed) }
    const encrypted = crossModel && asked.secret === undefined
    const certificate = encrypted
      ? await readEncryptedOffer(charm, relation, asked, crossModel, ledger)
      : await readOffer(charm, relation, asked, look)
    return { asked, certificate }
  })
  return { relation: { ...parsed, application, requests }, crossModel }
}

/** The application of a relation never changes: it is asked for once, and mostly not even then. */
async function applicationOf(
  { context: { hook }, juju }: Charm,
  relation: RelationId,
  { entries, silent }: Ledger,
): Promise<AppName> {
  if (hook.kind === 'relation' && hook.relation === relation && hook.remoteApp) return hook.remoteApp
  const recorded = [...entries.values()].find(({ key }) => key.relation === relation)?.entry.application
  const known = recorded ?? silent.get(relation)
  return known === undefined ? juju.remoteApp(relation) : parseAppName(known)
}

/** A unit's relation-changed is the last hook that Juju owes for a new relation; update-status comes after all others. */
function heardOf({ context: { hook } }: Charm, relations: ReadonlyMap<number, RelationSeen>): Set<number> {
  if (hook.name === 'update-status') return new Set(relations.keys())
  const changed = hook.kind === 'relation' && hook.event === 'changed' && hook.remoteUnit !== undefined
  return new Set(changed && hook.endpoint === 'etcd-client' ? [hook.relation] : [])
}

export function isAboutClient(hook: Hook): boolean {
  return hook.kind === 'secret' || (hook.kind === 'relation' && hook.endpoint === 'etcd-client')
}

/**
 * Looked for only while a client waits for its trust. Who shows no unit is waited for until all hooks about clients have run, and no
 * longer: an application without units would hold up all others.
 */
async function findExpected(
  charm: Charm,
  ledger: Ledger,
  relations: ReadonlyMap<number, RelationSeen>,
): Promise<number | undefined> {
  const rows = [...ledger.entries.values()]
  if (rows.every(({ entry }) => entry.state === 'refused' || entry.served)) return undefined
  const known = new Set([
    ...rows.map(({ key }) => key.relation),
    ...ledger.silent.keys(),
    ...relations.keys(),
  ])
  const listed = await charm.juju.relationIds('etcd-client')
  const others = listed.filter((relation) => !known.has(relation))
  // Its joined may be next. What this hook notes wakes the peers' hook, which Juju runs behind those of all clients.
  if (isAboutClient(charm.context.hook)) return others[0]
  for (const relation of others) if (await mayAsk(charm, relation)) return relation
  return undefined
}

/** It shows units, and is no relation that Juju only lists. */
async function mayAsk({ juju }: Charm, relation: RelationId): Promise<boolean> {
  try {
    if ((await juju.relationUnits(relation)).length === 0) return false
    await juju.readAppBag(relation, await juju.remoteApp(relation))
    return true
  } catch (error) {
    if (error instanceof RelationGone || error instanceof NotAllowed || error instanceof NotFound)
      return false
    throw error
  }
}
