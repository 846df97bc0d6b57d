// Makes the data that a restore is to put in force, before anybody stands still for it: a new cluster of one member, of which everybody is
// out whom the ledger does not know, before any client can reach it.

import { rename, rm } from 'node:fs/promises'
import {
  deleteRole,
  deleteUser,
  disableAuth,
  listRoles,
  listUsers,
  readAuthentication,
} from '../../etcd/access.ts'
import type { EtcdClient } from '../../etcd/client.ts'
import { memberStatus } from '../../etcd/cluster.ts'
import { forgetLocks } from '../../etcd/lock.ts'
import { defragment } from '../../etcd/history.ts'
import { alarms, disarm } from '../../etcd/maintenance.ts'
import { printJsonText } from '../../interfaces/json-text.ts'
import { makeDirectory, writeFileAtomic } from '../../machine/file.ts'
import { restoreSnapshot } from '../../machine/restore-snapshot.ts'
import { findWorkload, type Workload } from '../../machine/workload.ts'
import { claimIn, restorePaths } from '../layout.ts'
import { needSpace } from '../need-space.ts'
import { type Running, runApart } from '../observe/try-snapshot.ts'
import type { Claim, Ready } from '../observed.ts'
import { Blocked } from '../outcome.ts'
import { memberName } from '../plan/cluster/members.ts'
import { type AccessStep, changeAccess } from './access.ts'

export interface ToPrepare {
  readonly path: string
  readonly size: number
  readonly raw: boolean
  readonly snapshot: string
  readonly claim: Claim
  readonly peerUrl: string
  readonly adminAuthority: string
  readonly bump: bigint
  /** Users, roles and permissions, made from nothing. */
  readonly access: readonly AccessStep[]
  readonly keep: { readonly users: readonly string[]; readonly roles: readonly string[] }
  /** Bytes that the database may have; `undefined` leaves it to etcd. */
  readonly quota: number
}

export async function prepareRestore(to: ToPrepare): Promise<void> {
  const workload = await findWorkload()
  const { draft, ready } = restorePaths(workload)
  for (const folder of [draft, ready]) await rm(folder, { recursive: true, force: true })
  await needSpace(workload.paths.data, { databaseBytes: to.size, copies: 1 })
  await makeDirectory(draft, { mode: 0o700 })
  const name = memberName(to.claim.unit)
  const { token } = to.claim
  const { path: snapshot, peerUrl, raw, bump } = to
  const dataDir = `${draft}/data`
  try {
    await restoreSnapshot(workload, { name, peerUrl, token, snapshot, dataDir, raw, bump })
    await setRight(workload, to, draft, dataDir, name)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
  await writeFileAtomic(claimIn(`${dataDir}/member`), printJsonText(to.claim), { mode: 0o600 })
  const record: Ready = { token, snapshot: to.snapshot }
  await writeFileAtomic(`${dataDir}/etcd-charm.json`, printJsonText(record), { mode: 0o600 })
  await rename(dataDir, ready)
  await rm(draft, { recursive: true, force: true })
}

async function setRight(
  workload: Workload,
  to: ToPrepare,
  folder: string,
  dataDir: string,
  name: string,
): Promise<void> {
  const { adminAuthority } = to
  await using etcd = await runApart({ workload, folder, dataDir, name, adminAuthority })
  await using client = etcd.client
  for (const alarm of await alarms(client)) await disarm(client, alarm)
  if ((await readAuthentication(client)).enabled) await disableAuth(client)
  await forgetEverybody(client, to.keep)
  await changeAccess(client, to.access)
  await forgetLocks(client)
  await fitIn(etcd, client, to.quota)
}

/** Whoever knows the password of the root that a snapshot brings along would own the cluster. */
async function forgetEverybody(client: EtcdClient, keep: ToPrepare['keep']): Promise<void> {
  for (const user of await listUsers(client)) if (!keep.users.includes(user)) await deleteUser(client, user)
  for (const role of await listRoles(client)) if (!keep.roles.includes(role)) await deleteRole(client, role)
}

/** At its quota it would take no writes, with the first alarm that its start raises. */
async function fitIn({ endpoint }: Running, client: EtcdClient, quota: number): Promise<void> {
  const size = async (): Promise<number> => Number((await memberStatus(client, endpoint)).dbSize)
  if ((await size()) < quota * mostOfQuota) return
  await defragment(client, endpoint)
  const bytes = await size()
  if (bytes < quota * mostOfQuota) return
  throw new Blocked(
    `its database takes ${bytes} bytes, and quota-backend-bytes allows ${quota}; raise it, and run restore again`,
  )
}

const mostOfQuota = 0.95
