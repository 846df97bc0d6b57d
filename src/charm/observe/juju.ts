// Juju, observed once and first: what it tells now was committed by an earlier hook (design §3.1).

import { setImmediate } from 'node:timers/promises'
import { parseConfig } from '../../config.ts'
import { loadClient } from '../../etcd/client.ts'
import type { UnitAddresses } from '../../interfaces/etcd-peers.ts'
import { type Hook, type Juju, type Network, NotAllowed, NotLeader, unlessGone } from '../../juju/index.ts'
import { machineNames } from '../../machine/names.ts'
import { isNotedLeaving } from '../../machine/leaving-note.ts'
import { workloadPaths } from '../../machine/workload.ts'
import { spellName } from '../../tls/address.ts'
import { areKeysKept } from './authorities-secret.ts'
import type { Charm } from '../charm.ts'
import { observeBackup } from './backup/observe-backup.ts'
import { observeClientCas } from './client-cas.ts'
import { observeCollectors } from './collectors.ts'
import { isAboutClient, noClients, observeClients } from './clients.ts'
import { observeIssuers } from './issuers.ts'
import { ingressByRelation } from './ingress.ts'
import { observePeers, type PeersListed, withoutGone } from './peers.ts'
import type { Observed, PeersSeen } from '../observed.ts'
import { chooseAddress } from '../plan/cluster/choose-address.ts'
import { emptyLedger } from '../plan/clients/ledger.ts'
import { rulesOf } from '../plan/clients/rules.ts'

export type JujuSeen = Omit<Observed, 'machine' | 'etcd'>

/** Hooks in which everything is looked at again; the others look at what they were called for. */
const sweeps: ReadonlySet<string> = new Set([
  'leader-elected',
  'config-changed',
  'start',
  'upgrade-charm',
  'update-status',
])

type Options = Awaited<ReturnType<Juju['readConfig']>>

/** What all else hangs on: who leads, what the peers tell, and whether this unit stays. */
export interface FirstSeen {
  readonly options: Options
  readonly leader: boolean
  readonly unit: string
  readonly looksAtMembers: boolean
  readonly unwell: boolean
  readonly peers: PeersListed | undefined
  readonly leaving: boolean
}

export async function observeFirst(charm: Charm): Promise<FirstSeen> {
  const { juju } = charm
  // Asked at the same time, since one call after the other is what takes a hook's time.
  const [leads, options] = await Promise.all([
    juju.isLeader(),
    juju.readConfig(),
    unlessGone(juju.relationIds('etcd-peers')),
  ])
  return leads
    ? whileLeading(juju, lookFirst(charm, options, true), () => lookFirst(charm, options, false))
    : lookFirst(charm, options, false)
}

/** All that Juju tells in this hook. */
export async function observeJuju(charm: Charm, seen?: FirstSeen): Promise<JujuSeen> {
  const first = seen ?? (await observeFirst(charm))
  if (!first.leader) return lookOn(charm, first)
  const follow = async () => lookOn(charm, await lookFirst(charm, first.options, false))
  const found = await whileLeading(charm.juju, lookOn(charm, first), follow)
  const { gone, suspended } = found.clients
  // What Juju shows no owner that leads no more looks like the end of a relation.
  return gone.size + suspended.size === 0 || (await charm.juju.stillLeads()) ? found : follow()
}

/**
 * A unit may lose the leadership between two questions. What Juju then refuses, or no longer shows, is no word about a client: all is
 * seen anew, as by a unit that follows.
 */
async function whileLeading<Seen>(
  juju: Juju,
  seen: Promise<Seen>,
  follow: () => Promise<Seen>,
): Promise<Seen> {
  try {
    return await seen
  } catch (error) {
    const lost = (error instanceof NotLeader || error instanceof NotAllowed) && !(await juju.stillLeads())
    if (lost) return follow()
    throw error
  }
}

async function lookFirst(charm: Charm, options: Options, leader: boolean): Promise<FirstSeen> {
  const { hook, unit } = charm.context
  const looksAtMembers = isSweep(hook) || (hook.kind === 'relation' && hook.endpoint === 'etcd-peers')
  const [peers, leaving, unwell] = await Promise.all([
    observePeers(charm),
    isLeaving(charm),
    readAhead(charm, leader),
    looksAtMembers ? whileJujuAnswers(loadClient) : undefined,
  ])
  return { options, leader, unit, looksAtMembers, unwell, peers, leaving }
}

/** Goes on once Juju has been asked all that this hook asks by now: what takes this process' time takes none of its answers' then. */
async function whileJujuAnswers<T>(work: () => Promise<T>): Promise<T> {
  await setImmediate()
  return work()
}

/** An action is asked by a human, who wants to know how all stands. */
function isSweep(hook: Hook): boolean {
  return sweeps.has(hook.name) || hook.kind === 'action'
}

async function lookOn(
  charm: Charm,
  { options, leader, looksAtMembers, unwell, peers, leaving }: FirstSeen,
): Promise<JujuSeen> {
  const { context, juju } = charm
  const { hook } = context
  const sweep = isSweep(hook)
  const looks = leader && !leaving && peers !== undefined
  const config = parseConfig(options, peers?.application.options)
  const look = { ledger: peers?.ledger ?? emptyLedger, sweep }
  const keys = looks && sweep && peers.application.authorities !== undefined
  const rules = rulesOf({ config, peers, unit: context.unit, clientCas: undefined, now: charm.now })
  const [clients, addresses, clientCas, keysKept, collectors, backup, issuers, expectedUnits, presentUnits] =
    await Promise.all([
      looks ? observeClients(charm, look, rules) : noClients,
      observeAddresses(charm, peers, sweep),
      looks ? observeClientCas(charm, sweep, peers, config.inForce['allow-client-cas']) : undefined,
      keys ? areKeysKept(charm) : undefined,
      leaving ? undefined : observeCollectors(charm),
      leader && !leaving ? observeBackup(charm, config.inForce, sweep) : undefined,
      peers && !leaving ? observeIssuers(charm, peers, sweep) : undefined,
      // The last: a controller takes ten times longer to tell it than all else, and longer the more clients there are.
      looks && looksAtMembers ? juju.plannedUnits() : undefined,
      leader && looksAtMembers ? juju.presentUnits() : undefined,
    ])
  return {
    now: charm.now,
    unit: context.unit,
    application: context.app,
    modelUuid: context.model.uuid,
    leader,
    leaving,
    sweep,
    insists: hook.name === 'update-status',
    aboutClient: isAboutClient(hook),
    looksAtMembers,
    unwell,
    expectedUnits,
    presentUnits: looks ? presentUnits : undefined,
    collect: hook.name === 'update-status',
    config,
    order: undefined,
    peers: peers && {
      ...withoutGone(peers, presentUnits, context.unit),
      ...(keysKept !== undefined && { keysKept }),
    },
    addresses,
    clients,
    clientCas,
    collectors,
    backup,
    ...(issuers && { issuers }),
  }
}

/**
 * What is needed later, and for which nothing but the leadership need be known: so nobody waits for it when it is needed. Whether a status
 * tells of anything.
 */
async function readAhead({ context: { hook }, juju }: Charm, leader: boolean): Promise<boolean> {
  if (hook.kind === 'action') return false
  const [statuses] = await Promise.all([
    juju.readStatuses({ leader }),
    leader ? readClientAhead(hook, juju) : undefined,
  ])
  return statuses.some(({ message }) => message !== '')
}

async function readClientAhead(hook: Hook, juju: Juju): Promise<void> {
  if (hook.kind !== 'relation' || hook.endpoint !== 'etcd-client' || hook.event === 'broken') return
  // Whoever needs it gets the same failure, and knows what it means.
  if (hook.remoteApp) await juju.readAppBag(hook.relation, hook.remoteApp).catch(() => undefined)
}

/**
 * Whether this unit is on its way out, by this hook, by one before it, or by Juju's word. Then a relation-broken means nothing for the
 * client: its relation lives on with the units that stay (facts/etcd-client.md §5.17).
 */
async function isLeaving({ context, juju }: Charm): Promise<boolean> {
  const { hook, unit } = context
  if (hook.name === 'stop' || hook.name === 'remove') return true
  if (hook.kind === 'storage') return hook.event === 'detaching'
  // The same folder, however etcd is installed.
  if (await isNotedLeaving(workloadPaths('snap').state, unit)) return true
  if (hook.kind !== 'relation') return false
  if (hook.event === 'departed') return hook.departing === unit
  return hook.event === 'broken' && !(await juju.plannedUnits()).has(unit)
}

/**
 * Bindings decide, so that spaces work: raft listens on the one of `etcd-peers`, clients come by the one of `etcd-client`. Juju tells of
 * other addresses and other bindings by config-changed (facts/juju.md §3.5), so in a hook about something else they are what they were.
 */
async function observeAddresses(
  { context, juju }: Charm,
  seen: PeersSeen | undefined,
  sweep: boolean,
): Promise<UnitAddresses | undefined> {
  const before = seen?.units.get(context.unit)?.databag.addresses
  if (before && !sweep) return before
  const networks = await Promise.all([juju.networkGet('etcd-peers'), juju.networkGet('etcd-client')])
  const [peers, clients] = networks.map(spellAddresses)
  const peer = peers && chooseAddress(peers, before?.peer)
  const client = clients && chooseAddress(clients, before?.client)
  // Juju knows of none for a moment, as when a lease is renewed: that is no move.
  if (!peers || !clients || peer === undefined || client === undefined) return before
  // A connection of this machine may come from any of them, and one to it may go to any.
  const names = [peers, clients].flatMap(({ bindAddresses, ingressAddresses }) => [
    ...bindAddresses.map(({ address }) => address),
    ...ingressAddresses,
  ])
  // To ask for them takes as long as two hook tools, and a machine that has another name has mostly been started anew.
  const known = context.hook.name === 'update-status' ? before?.hosts : undefined
  const hosts = known ?? (await machineNames(before?.hosts))
  const [ingress] = clients.ingressAddresses
  const byRelation = await ingressByRelation(juju, seen?.ledger, ingress ?? client, before?.byRelation)
  return {
    peer,
    client,
    names: [...new Set(names)].sort(),
    ...(hosts.length > 0 && { hosts }),
    ...(ingress !== undefined && ingress !== client && { ingress }),
    ...(byRelation && { byRelation }),
  }
}

/** A certificate spells an IPv6 address in one way only. */
function spellAddresses({ bindAddresses, ingressAddresses, ...network }: Network): Network {
  return {
    ...network,
    bindAddresses: bindAddresses.map((row) => ({ ...row, address: spellName(row.address) })),
    ingressAddresses: ingressAddresses.map(spellName),
  }
}
