// What stories of the emulator's own begin with: a model, the packed archives, and eyes on etcd that are not the charm's.
// Stories that run on a controller, too, begin with driver/story.ts.

import assert from 'node:assert/strict'
import { hostPort } from '../../src/machine/network.ts'
import type { Host } from '../emulator/host/host.ts'
import { type HookRun, type Model, type ModelOptions, openModel } from '../emulator/index.ts'
import { renewalsAtOnce } from './driver/archives.ts'
import { type Client, connect, responsesIn } from './driver/client.ts'
import type { Bag } from './driver/driver.ts'
import { emulated } from './driver/emulated-model.ts'
import { type EtcdState, lookAtEtcd as look } from './driver/etcd-on-a-unit.ts'

export const seed = Number(process.env.SEED ?? 1)

function needed(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run the stories by \`make stories\``)
  return value
}

/** A folder that every machine sees. */
export const cache = needed('EMULATOR_CACHE')

export const archives = { etcd: needed('ETCD_CHARM'), client: needed('CLIENT_CHARM') }

export async function openWorld(options: Partial<ModelOptions> = {}): Promise<Model> {
  const told = process.env.TRACE ? { onHook: trace } : {}
  const model = await openModel({
    etcd: needed('ETCD_BIN_DIR'),
    cache,
    seed,
    ...told,
    ...options,
  })
  const deploy: Model['deploy'] = (name, what) => {
    const config = what.archive === archives.etcd ? { ...renewalsAtOnce, ...what.config } : what.config
    return model.deploy(name, { ...what, ...(config && { config }) })
  }
  return { ...model, deploy }
}

function trace(run: HookRun): void {
  const told = run.calls.flatMap(({ tool, args }) => (tool === 'status-set' ? [args.join(' ')] : []))
  console.error(run.unit, run.hook, run.exit, ...run.log, ...told, run.exit === 0 ? '' : run.stderr)
}

/** etcd and a client, settled and not yet related. */
export async function deployPair(
  model: Model,
  config: Readonly<Record<string, string>> = { prefix: '/web/' },
): Promise<void> {
  await model.deploy('etcd', { archive: archives.etcd })
  await model.deploy('web', { archive: archives.client, config })
  await model.settle()
}

/** Clients of those names, deployed, then related all at once; the relations' ids by name. */
export async function deployClients(
  model: Model,
  names: readonly string[],
  config: (name: string) => Record<string, string>,
): Promise<ReadonlyMap<string, number>> {
  for (const name of names) await model.deploy(name, { archive: archives.client, config: config(name) })
  await model.settle()
  const relations = new Map<string, number>()
  for (const name of names) relations.set(name, model.integrate('etcd:etcd-client', `${name}:etcd`).id)
  await model.settle()
  return relations
}

/** What the requirer was answered: one response in v0, one for each request in v1. */
export function responsesOf(model: Model, relation: number): readonly Bag[] {
  return responsesIn(model.databag(relation, 'etcd'))
}

function contentOf(model: Model, uri: string | undefined): Bag {
  const secret = [...model.tables.secrets.values()].find((row) => uri?.endsWith(row.id))
  return secret?.revisions.get(secret.latest) ?? {}
}

/** What a client connects with: its own key and certificate, and the authority that it was told. */
export function credentialsOf(model: Model, relation: number, app: string, nth = 0) {
  // As the TypeScript requirer calls it, or the Python one.
  const labels = [nth === 0 ? `etcd.${relation}.key` : `etcd.${relation}.${nth}.key`, `key-${nth}`]
  const secret = [...model.tables.secrets.values()].find(
    (row) => row.owner === app && labels.includes(row.label),
  )
  const own: Bag = secret?.revisions.get(secret.latest) ?? {}
  const answer = responsesOf(model, relation)[nth] ?? {}
  return {
    rootCertificate: Buffer.from(contentOf(model, answer['secret-tls'])['tls-ca'] ?? ''),
    certChain: Buffer.from(own.certificate ?? ''),
    privateKey: Buffer.from(own['private-key'] ?? ''),
  }
}

/** A connection with what a client was given, which goes on after the relation has ended. */
export function connectAs(model: Model, relation: number, app: string, nth = 0): Client {
  const user = contentOf(model, responsesOf(model, relation)[nth]?.['secret-user'])
  return connect(user, credentialsOf(model, relation, app, nth))
}

const tls = '/var/snap/charmed-etcd/common/tls'

/** For etcdctl on a unit's machine, with the admin's certificate. */
export function adminEnvironment({ address }: Host): Readonly<Record<string, string>> {
  return {
    PATH: '/snap/charmed-etcd/current/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin',
    ETCDCTL_ENDPOINTS: hostPort(address, 2379),
    ETCDCTL_CACERT: `${tls}/server-ca.pem`,
    ETCDCTL_CERT: `${tls}/admin.crt`,
    ETCDCTL_KEY: `${tls}/admin.key`,
  }
}

export async function etcdctl(host: Host, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await host.spawn(['etcdctl', ...args], { env: adminEnvironment(host) })
    .ended
  assert.equal(code, 0, stderr)
  return stdout
}

/** Asked by etcdctl on the unit's own machine. */
export function lookAtEtcd(model: Model, unit = 'etcd/0'): Promise<EtcdState> {
  return look(emulated(model), unit)
}
