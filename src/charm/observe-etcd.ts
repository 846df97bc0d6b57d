// etcd as it is now. Its own health is asked on loopback, cheaply; members, users and roles only when this hook is about some.

import { type AccessReading, authStatus, readUserAndRole } from '../etcd/access.ts'
import type { EtcdClient } from '../etcd/client.ts'
import { EtcdDenied, EtcdTimeout, EtcdUnavailable } from '../etcd/errors.ts'
import { readHealth } from '../etcd/health.ts'
import type { JujuSeen } from './observe-juju.ts'
import { readMembers } from './observe-members.ts'
import type { AccessSeen, EtcdSeen, MachineSeen } from './observed.ts'
import { endpointsToAsk, openAdmin } from './open-admin.ts'
import { metricsUrl } from './plan/configuration.ts'
import { namesToRead } from './plan/ledger.ts'

export async function observeEtcd(seen: JujuSeen, machine: MachineSeen): Promise<EtcdSeen> {
  const health = machine.service === 'active' ? await readHealth(metricsUrl) : undefined
  const here = health?.healthy === true
  const own: EtcdSeen = health?.healthy === false ? { kind: 'down', why: health.reason } : { kind: 'unasked' }
  if (!here && endpointsToAsk(seen).length === 1) return own
  const unread = {
    kind: 'up',
    here,
    members: undefined,
    authentication: undefined,
    access: undefined,
  } as const
  const names = namesToRead({ ...seen, machine, etcd: unread })
  if (here && !asksEtcd(seen, machine) && names.length === 0) return unread
  try {
    return (await askEtcd(seen, here, names)) ?? own
  } catch (error) {
    if (error instanceof EtcdUnavailable || error instanceof EtcdTimeout || error instanceof EtcdDenied) {
      return own.kind === 'down' ? own : { kind: 'down', why: error.message }
    }
    throw error
  }
}

/** Whether a member that is well has still to be asked for more. */
function asksEtcd({ looksAtMembers, peers, unit }: JujuSeen, { loaded, data }: MachineSeen): boolean {
  const told = peers?.units.get(unit)?.databag.endpoint !== undefined
  return looksAtMembers || !told || !data || loaded?.guarded !== true
}

/** `undefined` while this unit has no admin certificate. */
async function askEtcd(
  seen: JujuSeen,
  here: boolean,
  names: readonly string[],
): Promise<EtcdSeen | undefined> {
  const client = await openAdmin({ endpoints: endpointsToAsk(seen) })
  if (!client) return undefined
  await using _closed = client
  const members = await readMembers(client)
  const authentication = await authStatus(client)
  const access = authentication ? await readAccess(client, names) : undefined
  return { kind: 'up', here, members, authentication, access }
}

async function readAccess(
  client: EtcdClient,
  names: readonly string[],
): Promise<ReadonlyMap<string, AccessSeen>> {
  const access = new Map<string, AccessSeen>()
  for (const name of names) access.set(name, describeAccess(await readUserAndRole(client, name)))
  return access
}

function describeAccess({ user, role }: AccessReading): AccessSeen {
  return { user: user !== undefined, roles: user?.roles ?? [], permissions: role?.permissions }
}
