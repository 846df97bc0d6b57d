// etcd as it is now. Its health is asked from etcd, on loopback, cheaply; users and roles only when this hook is about some.

import { type AccessReading, authStatus, readUserAndRole } from '../etcd/access.ts'
import { type EtcdClient, openEtcd } from '../etcd/client.ts'
import { EtcdDenied, EtcdTimeout, EtcdUnavailable } from '../etcd/errors.ts'
import { readHealth } from '../etcd/health.ts'
import { readTextIfExists } from '../machine/file.ts'
import { url } from '../machine/network.ts'
import type { Workload } from '../machine/workload.ts'
import { keyPath, pathOf } from './layout.ts'
import type { JujuSeen } from './observe-juju.ts'
import { findWorkload } from './observe-machine.ts'
import type { AccessSeen, EtcdSeen, MachineSeen } from './observed.ts'
import { metricsUrl } from './plan/configuration.ts'
import { namesToRead } from './plan/ledger.ts'

export async function observeEtcd(seen: JujuSeen, machine: MachineSeen): Promise<EtcdSeen> {
  if (machine.service !== 'active') return { kind: 'unasked' }
  const health = await readHealth(metricsUrl)
  if (!health.healthy) return { kind: 'down', why: health.reason }
  const names = namesToRead({
    ...seen,
    machine,
    etcd: { kind: 'up', authentication: undefined, access: undefined },
  })
  const asks = seen.sweep || names.length > 0 || machine.loaded?.guarded !== true
  if (!asks) return { kind: 'up', authentication: undefined, access: undefined }
  try {
    return await observeAccess(seen, names)
  } catch (error) {
    if (error instanceof EtcdUnavailable || error instanceof EtcdTimeout || error instanceof EtcdDenied) {
      return { kind: 'down', why: error.message }
    }
    throw error
  }
}

async function observeAccess(seen: JujuSeen, names: readonly string[]): Promise<EtcdSeen> {
  const client = await openAdmin(seen.addresses?.client)
  if (!client) return { kind: 'unasked' }
  await using _closed = client
  const authentication = await authStatus(client)
  if (!authentication) return { kind: 'up', authentication, access: undefined }
  const access = new Map<string, AccessSeen>()
  for (const name of names) access.set(name, describeAccess(await readUserAndRole(client, name)))
  return { kind: 'up', authentication, access }
}

function describeAccess({ user, role }: AccessReading): AccessSeen {
  return { user: user !== undefined, roles: user?.roles ?? [], permissions: role?.permissions }
}

/** etcd's root, by this unit's admin certificate; `undefined` until that is there. */
export async function openAdmin(address = '127.0.0.1'): Promise<EtcdClient | undefined> {
  const workload: Workload = await findWorkload()
  const [ca, certificate, privateKey] = await Promise.all([
    readTextIfExists(pathOf(workload, 'server-authority')),
    readTextIfExists(pathOf(workload, 'admin-certificate')),
    readTextIfExists(keyPath(workload, 'admin')),
  ])
  if (ca === undefined || certificate === undefined || privateKey === undefined) return undefined
  const endpoints = [...new Set([url('https', '127.0.0.1', 2379), url('https', address, 2379)])]
  return openEtcd({ endpoints, credentials: { ca, certificate, privateKey } })
}
