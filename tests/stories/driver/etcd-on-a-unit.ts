// Eyes on etcd that are not the charm's: etcdctl on the unit's own machine, as the admin.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import * as z from 'zod/mini'
import { type Workload, workloadOf } from '../../../src/machine/workload.ts'
import type { StoryModel } from './driver.ts'

export interface EtcdState {
  readonly users: readonly string[]
  readonly roles: Readonly<Record<string, readonly string[]>>
  /** Subjects of the certificates that etcd trusts clients by. */
  readonly trusted: readonly string[]
  readonly starts: number
}

const userList = z.object({ users: z.optional(z.array(z.string())) })
const roleList = z.object({ roles: z.optional(z.array(z.string())) })
const roleGet = z.object({ perm: z.optional(z.array(z.unknown())) })

/** How etcd got there: by the snap, or by the resource. */
export async function workloadOn(model: StoryModel, unit: string): Promise<Workload> {
  const binaries = workloadOf('binaries')
  const { code } = await model.exec(unit, ['test', '-e', binaries.paths.config])
  return code === 0 ? binaries : workloadOf('snap')
}

/** For etcdctl on the unit's machine, with the admin's certificate. */
export function adminEnvironment(address: string, { paths }: Workload): Readonly<Record<string, string>> {
  return {
    ETCDCTL_ENDPOINTS: `${address.includes(':') ? `[${address}]` : address}:2379`,
    ETCDCTL_CACERT: `${paths.tls}/server-ca.pem`,
    ETCDCTL_CERT: `${paths.tls}/admin.crt`,
    ETCDCTL_KEY: `${paths.tls}/admin.key`,
  }
}

export async function etcdctl(model: StoryModel, unit: string, ...args: readonly string[]): Promise<string> {
  const workload = await workloadOn(model, unit)
  const { address } = await model.unit(unit)
  const env = adminEnvironment(address, workload)
  const { code, stdout, stderr } = await model.exec(unit, [workload.paths.etcdctl, ...args], env)
  assert.equal(code, 0, stderr)
  return stdout
}

export async function lookAtEtcd(model: StoryModel, unit = 'etcd/leader'): Promise<EtcdState> {
  const ctl = async (...args: readonly string[]): Promise<unknown> =>
    JSON.parse(await etcdctl(model, unit, '-w', 'json', ...args))
  const { users = [] } = userList.parse(await ctl('user', 'list'))
  const roles: Record<string, readonly string[]> = {}
  for (const role of roleList.parse(await ctl('role', 'list')).roles ?? []) {
    const { perm = [] } = roleGet.parse(await ctl('role', 'get', role))
    roles[role] = perm.map((row) => JSON.stringify(row))
  }
  const workload = await workloadOn(model, unit)
  const bundle = (await model.exec(unit, ['cat', `${workload.paths.tls}/client-ca.pem`])).stdout
  const blocks = bundle.match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  return {
    users: users.toSorted(),
    roles,
    trusted: blocks.map((block) => new X509Certificate(block).subject.replace(/\n/g, ',')).sort(),
    starts: await model.serviceStarts(unit, workload.service),
  }
}
