// etcd as it is now. Its own health is asked on loopback, cheaply; members, users and roles only when this hook is about some.

import {
  type AccessReading,
  listRoles,
  listUsers,
  readAuthentication,
  readUserAndRole,
  readUsersAndRoles,
} from '../../etcd/access.ts'
import type { EtcdClient } from '../../etcd/client.ts'
import { EtcdDenied, EtcdTimeout, EtcdUnavailable } from '../../etcd/errors.ts'
import { readHealth } from '../../etcd/health.ts'
import { lockHolder } from '../../etcd/lock.ts'
import { alarms } from '../../etcd/maintenance.ts'
import type { Ledger } from '../../interfaces/ledger.ts'
import { markRole } from '../plan/clients/naming-guards.ts'
import { readWork } from '../keep-lock.ts'
import type { JujuSeen } from './juju.ts'
import { wasDefragmented } from './defragmented.ts'
import { readMembers } from './members.ts'
import { observeStanding } from './standing.ts'
import { observeTranslation } from './translation.ts'
import type { AccessSeen, EtcdSeen, MachineSeen } from '../observed.ts'
import { askClusterVersion, endpointsToAsk, openAdmin, readLockOut } from '../open-admin.ts'
import { restartLock, unitOfTurn } from '../plan/cluster/absence.ts'
import { isAudited, namesToClaim, namesToRead } from '../plan/clients/audit.ts'
import { isForeign } from '../plan/clients/claim.ts'
import { metricsUrl } from '../plan/workload/configuration.ts'
import { emptyLedger } from '../plan/clients/ledger.ts'
import { ownedNames } from '../plan/clients/names.ts'
import { memberOf } from '../plan/cluster/members.ts'

export async function observeEtcd(seen: JujuSeen, machine: MachineSeen): Promise<EtcdSeen> {
  const health = machine.service === 'active' ? await readHealth(metricsUrl) : undefined
  const here = health?.healthy === true
  const own: EtcdSeen =
    health?.healthy === false
      ? { kind: 'down', why: health.reason, standing: undefined }
      : { kind: 'unasked' }
  if (!here && endpointsToAsk(seen).length === 1) return askStanding(seen, own)
  const unread: Answering = {
    kind: 'up',
    here,
    members: undefined,
    authentication: undefined,
    accessRevision: undefined,
    access: undefined,
    orphans: [],
  }
  const names = namesToRead({ ...seen, machine, etcd: unread })
  if (here && !asksEtcd(seen, machine) && names.length === 0) return unread
  try {
    const found = (await askEtcd(seen, machine, unread)) ?? own
    return isAwayByItsWord(found, seen) ? await lookAtLockOut(found) : found
  } catch (error) {
    if (error instanceof EtcdUnavailable || error instanceof EtcdTimeout || error instanceof EtcdDenied) {
      const why = own.kind === 'down' ? own.why : error.message
      const down = { kind: 'down', why, standing: await observeStanding(seen), serves: here } as const
      return here ? lookAtLockOut(down) : down
    }
    throw error
  }
}

/** The leader, who may have no member yet, has to know whether any of those that were there can go on. */
async function askStanding(seen: JujuSeen, own: EtcdSeen): Promise<EtcdSeen> {
  const { leader, looksAtMembers, peers } = seen
  const answers = leader && looksAtMembers && peers?.application.founding?.born === true
  if (own.kind !== 'down' && !answers) return own
  const standing = await observeStanding(seen)
  if (own.kind === 'down') return { ...own, standing }
  return standing ? { kind: 'down', why: 'no member serves', standing } : own
}

/** Its own member is well by its own word, and by the administrator's it does not answer. */
function isAwayByItsWord(found: EtcdSeen, { unit }: JujuSeen): boolean {
  if (found.kind !== 'up' || !found.here || !found.members) return false
  return memberOf(found.members, unit)?.responds === false
}

/** Whoever is kept out of it finds that nobody is served here, whatever it says of itself. */
async function lookAtLockOut<Seen extends EtcdSeen>(found: Seen): Promise<Seen> {
  const lockedOut = await readLockOut()
  if (lockedOut === undefined) return found
  return found.kind === 'up' ? { ...found, here: false, lockedOut } : { ...found, lockedOut }
}

type Answering = Extract<EtcdSeen, { readonly kind: 'up' }>

/** Whether a member that is well has still to be asked for more. */
function asksEtcd({ leader, looksAtMembers, peers, unit }: JujuSeen, { loaded, data }: MachineSeen): boolean {
  const told = peers?.units.get(unit)?.databag.endpoint !== undefined
  // Of one that was missed its status goes on telling, whatever the hook is about.
  const missed = leader && (peers?.ledger.away.size ?? 0) > 0
  return looksAtMembers || missed || !told || !data || loaded?.guarded !== true
}

/** `undefined` while this unit has no admin certificate. */
async function askEtcd(
  seen: JujuSeen,
  machine: MachineSeen,
  unread: Answering,
): Promise<EtcdSeen | undefined> {
  const client = await openAdmin({ endpoints: endpointsToAsk(seen) })
  if (!client) return undefined
  await using _closed = client
  const members = await readMembers(client)
  const complete = members.every((member) => member.responds)
  const [{ enabled: authentication, revision: accessRevision }, alarmed, turn, clusterVersion, work] =
    await Promise.all([
      readAuthentication(client),
      alarms(client),
      complete ? undefined : lockHolder(client, restartLock),
      machine.prepared && unread.here ? askClusterVersion() : undefined,
      machine.prepared && unread.here ? readWork(client) : undefined,
    ])
  const translated = seen.looksAtMembers ? await observeTranslation(seen, members, unread.here) : undefined
  if (!authentication) return { ...unread, members, authentication, alarms: alarmed, translated }
  const known = {
    ...unread,
    members,
    authentication,
    accessRevision,
    alarms: alarmed,
    restarting: unitOfTurn(turn),
    translated,
    ...(wasDefragmented() && { defragmented: true }),
    clusterVersion,
    work,
  }
  const looks = seen.sweep && seen.leader && !seen.leaving && !isAudited({ ...seen, machine, etcd: known })
  const orphans = looks ? await findOrphans(client, seen.peers?.ledger ?? emptyLedger) : []
  const names = namesToRead({ ...seen, machine, etcd: { ...known, orphans } })
  const access = await readAccess(client, names)
  const claimed = namesToClaim({ ...seen, machine, etcd: { ...known, orphans } })
  return { ...known, orphans, access: await withAlike(client, access, claimed) }
}

/** Two requests, and only while a name is claimed: etcd tells names that differ in case apart, people do not. */
async function withAlike(
  client: EtcdClient,
  access: ReadonlyMap<string, AccessSeen>,
  claimed: readonly string[],
): Promise<ReadonlyMap<string, AccessSeen>> {
  if (claimed.length === 0) return access
  const names = new Set((await Promise.all([listUsers(client), listRoles(client)])).flat())
  const found = new Map(access)
  for (const name of claimed) {
    const same = [...names].filter((one) => one !== name && one.toLowerCase() === name.toLowerCase())
    const alike = []
    for (const one of same) if (isForeign(describeAccess(await readUserAndRole(client, one)))) alike.push(one)
    const seen = found.get(name)
    if (seen) found.set(name, { ...seen, alike: alike.sort() })
  }
  return found
}

/** An operator's users bear no mark; so they are not touched. */
async function findOrphans(client: EtcdClient, ledger: Ledger): Promise<readonly string[]> {
  const owned = new Set([...ownedNames(ledger), ...ledger.leaving, 'root'])
  const orphans: string[] = []
  for (const name of await listUsers(client)) {
    if (owned.has(name)) continue
    const { user } = await readUserAndRole(client, name)
    if (user?.roles.includes(markRole)) orphans.push(name)
  }
  return orphans
}

async function readAccess(
  client: EtcdClient,
  names: readonly string[],
): Promise<ReadonlyMap<string, AccessSeen>> {
  const found = await readUsersAndRoles(client, names)
  return new Map([...found].map(([name, reading]) => [name, describeAccess(reading)]))
}

function describeAccess({ user, role }: AccessReading): AccessSeen {
  return { user: user !== undefined, roles: user?.roles ?? [], permissions: role?.permissions }
}
