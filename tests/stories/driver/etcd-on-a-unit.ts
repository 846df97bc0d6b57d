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
    // The snap's etcdctl wants a home, and neither Juju nor the emulator gives one.
    HOME: '/root',
    ETCDCTL_ENDPOINTS: `${address.includes(':') ? `[${address}]` : address}:2379`,
    ETCDCTL_CACERT: `${paths.tls}/server-ca.pem`,
    ETCDCTL_CERT: `${paths.tls}/admin.crt`,
    ETCDCTL_KEY: `${paths.tls}/admin.key`,
  }
}

/** As lines: users, then each role's name and what it may, as JSON; then the certificates that etcd trusts clients by. */
const look = `set -e
"$0" -w json user list
for role in $("$0" role list); do echo "$role"; "$0" -w json role get "$role"; done
cat "$1"`

export async function etcdctl(model: StoryModel, unit: string, ...args: readonly string[]): Promise<string> {
  const workload = await workloadOn(model, unit)
  return onUnit(model, unit, workload, [workload.paths.etcdctl, ...args])
}

async function onUnit(
  model: StoryModel,
  unit: string,
  workload: Workload,
  argv: readonly string[],
): Promise<string> {
  const { address } = await model.unit(unit)
  const { code, stdout, stderr } = await model.exec(unit, argv, adminEnvironment(address, workload))
  assert.equal(code, 0, stderr)
  return stdout
}

export interface MemberRow {
  readonly name: string
  readonly learner: boolean
}

const memberList = z.object({
  members: z.array(z.object({ name: z.string(), isLearner: z.optional(z.boolean()) })),
})

/** As one member tells them, by name. */
export async function membersAt(model: StoryModel, unit: string): Promise<readonly MemberRow[]> {
  const { members } = memberList.parse(JSON.parse(await etcdctl(model, unit, '-w', 'json', 'member', 'list')))
  return byName(members.map(({ name, isLearner = false }) => ({ name, learner: isLearner })))
}

/** What members there are when each of these units votes and nobody else is there, by name. */
export function votersOf(units: readonly string[]): readonly MemberRow[] {
  return byName(units.map((unit) => ({ name: unit.replace('/', '-'), learner: false })))
}

function byName(rows: readonly MemberRow[]): readonly MemberRow[] {
  return rows.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** By one command on the machine: on a controller each costs seconds. */
export async function lookAtEtcd(model: StoryModel, unit = 'etcd/leader'): Promise<EtcdState> {
  const workload = await workloadOn(model, unit)
  const { etcdctl: program, tls } = workload.paths
  const told = await onUnit(model, unit, workload, ['sh', '-c', look, program, `${tls}/client-ca.pem`])
  const begin = told.indexOf('-----BEGIN')
  const [text, bundle] = begin < 0 ? [told, ''] : [told.slice(0, begin), told.slice(begin)]
  const [first = '{}', ...rest] = text.split('\n').filter((line) => line !== '')
  const roles: Record<string, readonly string[]> = {}
  for (let at = 0; at + 1 < rest.length; at += 2) {
    const { perm = [] } = roleGet.parse(JSON.parse(rest[at + 1] ?? '{}'))
    roles[rest[at] ?? ''] = perm.map((row) => JSON.stringify(row))
  }
  const blocks = bundle.match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  return {
    users: (userList.parse(JSON.parse(first)).users ?? []).toSorted(),
    roles,
    trusted: blocks.map((block) => new X509Certificate(block).subject.replace(/\n/g, ',')).sort(),
    starts: await model.serviceStarts(unit, workload.service),
  }
}
