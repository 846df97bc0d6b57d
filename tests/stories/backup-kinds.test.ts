// On the emulator alone: servers of every kind of store run beside its machines.
// The adapters prove themselves on real servers: moto and MinIO for S3, Azurite, and one that speaks as Google's. Then a cluster takes its
// backups to each of them, its provider speaking each dialect.

import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openAzure } from '../../src/object-storage/azure.ts'
import { openGcs } from '../../src/object-storage/gcs.ts'
import { StoreUntrusted } from '../../src/object-storage/port.ts'
import { openS3 } from '../../src/object-storage/s3.ts'
import { fill } from './stores/backing-up.ts'
import { contentOf, provesItself, refusesStrangers, tellsThatNobodyIsThere } from './stores/conformance.ts'
import {
  deployStore,
  type Dialect,
  type Given,
  motoKeys,
  relateStore,
  type StoreEndpoint,
} from './stores/deploy-store.ts'
import { lookAtS3 } from './stores/s3-eyes.ts'
import {
  account,
  accountKey,
  serviceAccount,
  startAzurite,
  startGoogle,
  startMinio,
  startTokens,
} from './stores/servers.ts'
import { addressFor, freePort, lacks, startMoto } from './stores/start-store.ts'
import { temporaryFolder } from './temporary-folder.ts'
import type { Model } from '../emulator/index.ts'
import { archives, etcdctl, openWorld } from './world.ts'

const s3Of = (endpoint: string, secretKey = 'hush-hush-secret') =>
  ({
    kind: 's3',
    endpoint,
    region: 'us-east-1',
    bucket: 'backups',
    accessKey: 'AKIDEXAMPLE',
    secretKey,
    pathStyle: true,
    storageClass: '',
  }) as const

const loopback = '127.0.0.1'

test('S3 on moto', { skip: lacks('moto') }, async () => {
  await using moto = await startMoto(loopback)
  await provesItself(openS3(s3Of(moto.url)))
  await tellsThatNobodyIsThere(openS3(s3Of(`http://127.0.0.1:${await freePort()}`)))
})

test('S3 on MinIO, by TLS with a private authority', { skip: lacks('minio') }, async () => {
  await using folder = await temporaryFolder('minio')
  await using minio = await startMinio(loopback, folder.path)
  await assert.rejects(openS3(s3Of(minio.url)).list(''), StoreUntrusted)
  const { setDefaultCACertificates } = await import('node:tls')
  setDefaultCACertificates([minio.authority])
  await provesItself(openS3(s3Of(minio.url)))
  await refusesStrangers(openS3(s3Of(minio.url, 'another-secret')), 'another-secret')
})

test('Azure on Azurite', { skip: lacks('azurite') }, async () => {
  await using folder = await temporaryFolder('azurite')
  await using azurite = await startAzurite(loopback, folder.path)
  const settings = { kind: 'azure', account, container: 'backups', secretKey: accountKey } as const
  const endpoint = `${azurite.url}/${account}`
  await provesItself(openAzure({ ...settings, endpoint }))
  const wrong = Buffer.from('another key').toString('base64')
  await refusesStrangers(openAzure({ ...settings, endpoint, secretKey: wrong }), wrong)
  await tellsThatNobodyIsThere(openAzure({ ...settings, endpoint: `http://127.0.0.1:${await freePort()}` }))
})

test("Google's on fake-gcs-server", { skip: lacks('fake-gcs-server') }, async () => {
  await using google = await startGoogle(loopback)
  await using tokens = await startTokens(loopback)
  const settings = { kind: 'gcs', endpoint: google.url, bucket: 'backups', storageClass: '' } as const
  await provesItself(openGcs({ ...settings, serviceAccount: serviceAccount(tokens.url) }))
  const nobody = serviceAccount(`http://127.0.0.1:${await freePort()}/token`)
  await tellsThatNobodyIsThere(openGcs({ ...settings, serviceAccount: nobody }))
})

interface Case {
  readonly endpoint: StoreEndpoint
  readonly dialect: Dialect
  readonly server: Parameters<typeof lacks>[0]
}

const cases: readonly Case[] = [
  { endpoint: 's3-credentials', dialect: 'v1', server: 'minio' },
  { endpoint: 's3-credentials', dialect: 'lib', server: 'moto' },
  { endpoint: 's3-credentials', dialect: 'v0', server: 'moto' },
  { endpoint: 'azure-storage-credentials', dialect: 'v1', server: 'azurite' },
  { endpoint: 'azure-storage-credentials', dialect: 'v0', server: 'azurite' },
  { endpoint: 'gcs-credentials', dialect: 'v1', server: 'fake-gcs-server' },
]

test('a cluster takes its backups to every kind of store and restores them from there, its provider speaking each dialect', async (t) => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd })
  await model.settle()
  const host = addressFor(model, 'etcd/0')
  await fill(model, 15)
  await using folder = await temporaryFolder('stores')
  for (const [at, { endpoint, dialect, server }] of cases.entries())
    await t.test(`${endpoint}, ${dialect}, ${server}`, { skip: lacks(server) }, async () => {
      await using disposing = new AsyncDisposableStack()
      const given = await start(server, host, join(folder.path, String(at)), disposing)
      const name = `store${at}`
      await deployStore(model, given, { name, dialect })
      await model.settle()
      const relation = relateStore(model, endpoint, name)
      await model.settle()
      try {
        assert.deepEqual(model.unit('etcd/0').app.status, { status: 'active', message: '' })
        const taken = await model.runAction('etcd/0', 'create-backup')
        assert.equal(taken.status, 'completed', taken.message)
        const listed = await model.runAction('etcd/0', 'list-backups')
        assert.match(
          String(listed.results.backups),
          new RegExp(`${taken.results['backup-id']} +complete +\\d\\d\\.\\d MB`),
        )
        if (dialect === 'v1') await comesBack(model, String(taken.results['backup-id']))
      } finally {
        // The next one is alone again, whatever became of this one.
        model.removeRelation(relation)
        await model.settle()
      }
    })
})

/** What is written after the backup is gone once it is restored from its store. */
async function comesBack(model: Model, id: string): Promise<void> {
  const { host } = model.unit('etcd/0')
  await etcdctl(host, 'put', '/later', 'x')
  const verified = await model.runAction('etcd/0', 'verify-backup', { 'backup-id': id })
  assert.equal(verified.results.verified, 'true', verified.message)
  const parameters = { 'backup-id': id, confirm: true, 'skip-safety-backup': true }
  const restored = await model.runAction('etcd/0', 'restore', parameters)
  assert.equal(restored.status, 'completed', restored.message)
  await model.updateStatus('etcd')
  assert.equal(await etcdctl(host, 'get', '/later'), '')
  assert.match(await etcdctl(host, 'get', '--keys-only', '/fill/1'), /fill/)
  const data = '/var/snap/charmed-etcd/common/var/lib/etcd'
  await host.run(['sh', '-c', `rm -rf ${data}/set-aside-*`])
}

async function start(
  kind: Case['server'],
  host: string,
  folder: string,
  disposing: AsyncDisposableStack,
): Promise<Given> {
  await mkdir(folder)
  switch (kind) {
    case 'moto': {
      const { url } = disposing.use(await startMoto(host))
      return { settings: { bucket: 'backups', endpoint: url, path: 'deep/er/' }, keys: motoKeys }
    }
    case 'minio': {
      const { url, authority } = disposing.use(await startMinio(host, folder))
      const settings = { bucket: 'backups', endpoint: url, region: 'eu-north-1', 'tls-ca-chain': [authority] }
      return { settings, keys: motoKeys }
    }
    case 'azurite': {
      const { url } = disposing.use(await startAzurite(host, folder))
      const settings = {
        container: 'backups',
        'storage-account': account,
        'connection-protocol': 'http',
        endpoint: `${url}/${account}/backups`,
      }
      return { settings, keys: { 'secret-key': accountKey } }
    }
    case 'fake-gcs-server': {
      const { url } = disposing.use(await startGoogle(host))
      const tokens = disposing.use(await startTokens(host))
      // Google's contract names no endpoint, and a server of a test is no cloud of its own: it is given all the same.
      return {
        settings: { bucket: 'backups', endpoint: url },
        keys: { 'secret-key': serviceAccount(tokens.url) },
      }
    }
  }
}

test('no upload is left behind: by a content that fails, nor by somebody who died', {
  skip: lacks('moto'),
}, async () => {
  await using moto = await startMoto(loopback)
  const store = openS3(s3Of(moto.url))
  await store.put('there', contentOf(1))
  const eyes = lookAtS3(moto.url, 'backups')
  await assert.rejects(store.put('large', contentOf(30_000_000, new Error('it broke'))), /it broke/)
  assert.equal(await eyes.unfinished(), 0)
  for (const key of ['large', 'larger']) await fetch(`${moto.url}/backups/${key}?uploads`, { method: 'POST' })
  assert.equal(await eyes.unfinished(), 2)
  await store.delete('large')
  assert.equal(await eyes.unfinished(), 1, 'those of another key are not its')
})
