// What stories of lost and found data begin with: etcd that serves a client, and looks at what lies on a unit's storage.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { Etcd3 } from 'etcd3'
import type { Deploy, Model } from '../../emulator/index.ts'
import { archives, connectAs, etcdctl } from '../world.ts'
import { heal } from './cluster.ts'
import { dataFolder } from './disturbance.ts'

/** The id of the client's relation. */
export async function deployServed(
  model: Model,
  units: number,
  more: Omit<Deploy, 'archive' | 'units'> = {},
): Promise<number> {
  await model.deploy('etcd', { archive: archives.etcd, units, ...more })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  await heal(model)
  return id
}

export async function read(model: Model, unit: string, key: string): Promise<string> {
  return (await etcdctl(model.unit(unit).host, 'get', '--print-value-only', key)).trim()
}

export async function countKeys(model: Model, unit: string, prefix: string): Promise<number> {
  const keys = await etcdctl(model.unit(unit).host, 'get', '--prefix', '--keys-only', prefix)
  return keys.split('\n').filter((line) => line !== '').length
}

export async function assertWrites(model: Model, relation: number, key: string): Promise<void> {
  const client = connectAs(model, relation, 'web')
  await client.put(key, '1')
  assert.equal(await client.get(key), '1')
  client.close()
}

/** What the charm itself connects with, as it lies on that unit's machine. */
export async function adminOf(model: Model, unit: string) {
  const { host } = model.unit(unit)
  const file = (name: string): Promise<Buffer> =>
    readFile(host.outside(`/var/snap/charmed-etcd/common/tls/${name}`))
  const [rootCertificate, certChain, privateKey] = await Promise.all(
    ['server-ca.pem', 'admin.crt', 'admin.key'].map(file),
  )
  assert.ok(rootCertificate && certChain && privateKey)
  return { rootCertificate, certChain, privateKey }
}

export async function connectAsAdmin(model: Model, unit: string): Promise<Etcd3> {
  const { address } = model.unit(unit).host
  return new Etcd3({ hosts: [`https://${address}:2379`], credentials: await adminOf(model, unit) })
}

/** Folders of data that was set aside on a unit. */
export async function setAsideOn(model: Model, unit: string): Promise<number> {
  const { stdout } = await model.unit(unit).host.run(['ls', dataFolder])
  return stdout.split('\n').filter((name) => name.startsWith('set-aside-')).length
}
