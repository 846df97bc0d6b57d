// Access control: users, roles, permissions. Every change may be repeated: what is there already, or gone already, is fine.

import type { EtcdClient } from './client.ts'
import { EtcdAlreadyExists, EtcdNotFound } from './errors.ts'
import { bytesToText, textToBytes } from './key-range.ts'
import type { Access, AccessReading, KeyRange, Permission, Role, User } from './types.ts'

export type { Access, AccessReading, Permission, Role, User } from './types.ts'

export async function authStatus(client: EtcdClient): Promise<boolean> {
  return (await readAuthentication(client)).enabled
}

export interface Authentication {
  readonly enabled: boolean
  /** Another one after every change to users, roles and permissions, and in a cluster that was made anew from a snapshot. */
  readonly revision: string
}

export async function readAuthentication(client: EtcdClient): Promise<Authentication> {
  const { enabled, authRevision, header } = await client.ask('auth status', ({ auth }) => auth.authStatus())
  // A restored store goes back to an earlier revision; its terms begin anew.
  return { enabled, revision: `${header.cluster_id}/${header.raft_term}/${authRevision}` }
}

/** Needs a user `root` that holds the role `root`; enabling it twice is fine. */
export async function enableAuth(client: EtcdClient): Promise<void> {
  await client.ask('auth enable', ({ auth }) => auth.authEnable())
}

export async function disableAuth(client: EtcdClient): Promise<void> {
  await client.ask('auth disable', ({ auth }) => auth.authDisable())
}

/** Whether there is a user of this name, and a role of the same name: two requests, however many users there are. */
export async function readUserAndRole(client: EtcdClient, name: string): Promise<AccessReading> {
  const [user, role] = await Promise.all([readUser(client, name), readRole(client, name)])
  return { user, role }
}

/** Users and roles of these names, a few at a time. */
export async function readUsersAndRoles(
  client: EtcdClient,
  names: readonly string[],
): Promise<ReadonlyMap<string, AccessReading>> {
  const read = async (name: string) => [name, await readUserAndRole(client, name)] as const
  return new Map(await readEach(names, read))
}

/** Everything, with one request for each user and role: for sweeps, not for every hook. */
export async function readAccess(client: EtcdClient): Promise<Access> {
  const enabled = await authStatus(client)
  const names = await listUsers(client)
  const roleNames = await listRoles(client)
  const users = await readEach(names, (name) => readUser(client, name))
  const roles = await readEach(roleNames, (name) => readRole(client, name))
  return { enabled, users, roles }
}

/** A user without a password, known by its certificate only. etcd takes an empty password for one that opens. */
export function listUsers(client: EtcdClient): Promise<readonly string[]> {
  return client.ask('user list', async ({ auth }) => (await auth.userList()).users)
}

export function listRoles(client: EtcdClient): Promise<readonly string[]> {
  return client.ask('role list', async ({ auth }) => (await auth.roleList()).roles)
}

export async function createUser(client: EtcdClient, name: string): Promise<void> {
  const options = { no_password: true }
  await allowing(
    EtcdAlreadyExists,
    client.ask('user add', ({ auth }) => auth.userAdd({ name, options })),
  )
}

/** Ends access at once, but for streams that are open already: those end with their connection. */
export async function deleteUser(client: EtcdClient, name: string): Promise<void> {
  await allowing(
    EtcdNotFound,
    client.ask('user delete', ({ auth }) => auth.userDelete({ name })),
  )
}

export async function createRole(client: EtcdClient, name: string): Promise<void> {
  await allowing(
    EtcdAlreadyExists,
    client.ask('role add', ({ auth }) => auth.roleAdd({ name })),
  )
}

export async function deleteRole(client: EtcdClient, role: string): Promise<void> {
  await allowing(
    EtcdNotFound,
    client.ask('role delete', ({ auth }) => auth.roleDelete({ role })),
  )
}

export async function grantRole(client: EtcdClient, user: string, role: string): Promise<void> {
  await client.ask('user grant-role', ({ auth }) => auth.userGrantRole({ user, role }))
}

export async function revokeRole(client: EtcdClient, name: string, role: string): Promise<void> {
  await allowing(
    EtcdNotFound,
    client.ask('user revoke-role', ({ auth }) => auth.userRevokeRole({ name, role })),
  )
}

/** Granting a range that the role holds already replaces the type. */
export async function grantPermission(
  client: EtcdClient,
  name: string,
  permission: Permission,
): Promise<void> {
  const perm = { permType: permission.type, ...bytesOf(permission) }
  await client.ask('role grant-permission', ({ auth }) => auth.roleGrantPermission({ name, perm }))
}

export async function revokePermission(client: EtcdClient, role: string, range: KeyRange): Promise<void> {
  const request = { role, ...bytesOf(range) }
  await allowing(
    EtcdNotFound,
    client.ask('role revoke-permission', ({ auth }) => auth.roleRevokePermission(request)),
  )
}

async function readUser(client: EtcdClient, name: string): Promise<User | undefined> {
  const answer = await allowing(
    EtcdNotFound,
    client.ask('user get', ({ auth }) => auth.userGet({ name })),
  )
  return answer && { name, roles: answer.roles.toSorted() }
}

async function readRole(client: EtcdClient, name: string): Promise<Role | undefined> {
  const answer = await allowing(
    EtcdNotFound,
    client.ask('role get', ({ auth }) => auth.roleGet({ role: name })),
  )
  const permissions = answer?.perm.map(
    ({ permType, key, range_end }): Permission => ({
      key: bytesToText(key),
      rangeEnd: bytesToText(range_end),
      type: permType,
    }),
  )
  return permissions && { name, permissions }
}

/** A few at a time: a thousand requests at once would only wait for each other beyond their deadlines. */
async function readEach<T>(
  names: readonly string[],
  read: (name: string) => Promise<T | undefined>,
): Promise<T[]> {
  const found: T[] = []
  const atOnce = 32
  for (let start = 0; start < names.length; start += atOnce) {
    const some = await Promise.all(names.slice(start, start + atOnce).map(read))
    found.push(...some.filter((one) => one !== undefined))
  }
  return found
}

function bytesOf({ key, rangeEnd }: KeyRange): { key: Buffer; range_end: Buffer } {
  return { key: textToBytes(key), range_end: textToBytes(rangeEnd) }
}

/** The answer, or `undefined` where etcd says that it is so already. */
async function allowing<T>(
  kind: typeof EtcdAlreadyExists | typeof EtcdNotFound,
  answer: Promise<T>,
): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof kind) return undefined
    throw error
  }
}
