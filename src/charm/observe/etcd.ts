// etcd as it is now. Its own health is asked on loopback, cheaply; members, users and roles only when this hook is about some.

import {
  type AccessReading,
  type Authentication,
  listRoles,
  listUsers,
  readAuthentication,
  readUserAndRole,
  readUsersAndRoles,
} from '../../etcd/access.ts'
import type { EtcdClient } from '../../etcd/client.ts'
import { EtcdDenied, EtcdTimeout, EtcdUnavailable } from '../../etcd/errors.ts'
import { lockHolder } from '../../etcd/lock.ts'
import { alarms as listAlarms } from '../../etcd/maintenance.ts'
import type { Ledger } from '../../interfaces/ledger.ts'
import { markRole } from '../plan/clients/naming-guards.ts'
import { readWork } from '../keep-lock.ts'
import type { JujuSeen } from './juju.ts'
import { wasDefragmented } from './defragmented.ts'
import { compareInHook } from './compare-data.ts'
import { readMembers } from './members.ts'
import { observeStanding } from './standing.ts'
import { observeTranslation } from './translation.ts'
import type { AccessSeen, EtcdSeen, MachineSeen, MemberSeen, MembersInEtcd } from '../observed.ts'
import { askClusterVersion, endpointsToAsk, openAdmin, readLockOut } from '../open-admin.ts'
import { restartLock, unitOfTurn } from '../plan/cluster/absence.ts'
import { isAudited, namesToClaim, namesToRead } from '../plan/clients/audit.ts'
import { isForeign } from '../plan/clients/claim.ts'
import { emptyLedger } from '../plan/clients/ledger.ts'
import { ownedNames } from '../plan/clients/names.ts'
import { isAnyInQuestion } from '../plan/cluster/damage.ts'
import { memberOf } from '../plan/cluster/members.ts'

/** What must be known before etcd can be asked. */
type Basis = Pick<JujuSeen, 'leader' | 'looksAtMembers' | 'peers' | 'unit' | 'unwell'>

/** What a hook asks of etcd whatever its clients want: so it is asked while Juju still tells of them. */
export interface EtcdBegun {
  /** `undefined` where this hook may do without. */
  readonly cluster: Promise<Cluster | undefined> | undefined
}

export function beginEtcd(seen: Basis, machine: MachineSeen): EtcdBegun {
  const serves = machine.run.health?.healthy === true
  if (serves ? !asksEtcd(seen, machine) : endpointsToAsk(seen).length === 1) return { cluster: undefined }
  const cluster = askCluster(seen, machine, serves)
  // Whoever waits for it knows what its failure means.
  cluster.catch(() => undefined)
  return { cluster }
}

export async function observeEtcd(
  seen: JujuSeen,
  machine: MachineSeen,
  begun = beginEtcd(seen, machine),
): Promise<EtcdSeen> {
  const { cluster } = begun
  const { health } = machine.run
  const here = health?.healthy === true
  const own: EtcdSeen =
    health?.healthy === false
      ? { kind: 'down', why: health.reason, standing: undefined }
      : { kind: 'unasked' }
  if (!here && !cluster) return askStanding(seen, own)
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
  if (!cluster && names.length === 0) return unread
  try {
    const asked = await (cluster ?? askCluster(seen, machine, here))
    const found = asked ? await askEtcd(seen, machine, unread, asked) : own
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
function asksEtcd(
  { leader, looksAtMembers, peers, unit, unwell }: Basis,
  { loaded, data }: MachineSeen,
): boolean {
  const told = peers?.units.get(unit)?.databag.endpoint !== undefined
  // Of one that was missed its status goes on telling, whatever the hook is about.
  const missed = leader && (peers?.ledger.away.size ?? 0) > 0
  return looksAtMembers || unwell === true || missed || !told || !data || loaded?.guarded !== true
}

interface Cluster
  extends Required<Pick<MembersInEtcd, 'alarms' | 'compared' | 'restarting' | 'clusterVersion' | 'work'>> {
  /** To be closed by whoever asks more of it. */
  readonly client: EtcdClient
  readonly members: readonly MemberSeen[]
  readonly authentication: Authentication
}

/** `undefined` while this unit has no admin certificate. */
async function askCluster(
  seen: Basis,
  { prepared }: MachineSeen,
  here: boolean,
): Promise<Cluster | undefined> {
  const client = await openAdmin({ endpoints: endpointsToAsk(seen) })
  if (!client) return undefined
  try {
    const [members, authentication, alarmed, clusterVersion, work] = await Promise.all([
      readMembers(client),
      readAuthentication(client),
      listAlarms(client),
      prepared && here ? askClusterVersion() : undefined,
      prepared && here ? readWork(client) : undefined,
    ])
    const complete = members.every((member) => member.responds)
    const turn = complete ? undefined : await lockHolder(client, restartLock)
    const compares = seen.leader && seen.looksAtMembers && isAnyInQuestion(alarmed)
    return {
      client,
      members,
      authentication,
      compared: compares ? await compareInHook(members) : undefined,
      alarms: alarmed,
      restarting: unitOfTurn(turn),
      clusterVersion,
      work,
    }
  } catch (error) {
    await client[Symbol.asyncDispose]()
    throw error
  }
}

async function askEtcd(
  seen: JujuSeen,
  machine: MachineSeen,
  unread: Answering,
  { client, authentication: { enabled: authentication, revision: accessRevision }, ...cluster }: Cluster,
): Promise<EtcdSeen> {
  await using _closed = client
  const { members } = cluster
  const translated = seen.looksAtMembers ? await observeTranslation(seen, members, unread.here) : undefined
  const { alarms, compared } = cluster
  if (!authentication) return { ...unread, members, authentication, alarms, compared, translated }
  const known = {
    ...unread,
    ...cluster,
    authentication,
    accessRevision,
    translated,
    ...(wasDefragmented() && { defragmented: true }),
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
