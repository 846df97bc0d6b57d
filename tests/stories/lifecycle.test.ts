// What operators do besides integrating: refresh, attach a resource, remove a unit or an application.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { zip } from '../../scripts/archive.ts'
import type { Model } from '../emulator/index.ts'
import { binary } from '../unit/etcd/etcd-server.ts'
import { createTarball, realEtcd } from '../unit/machine/tarball.ts'
import { archives, connectAs, deployPair, lookAtEtcd, openWorld, writesOf } from './world.ts'

async function relate(model: Model): Promise<number> {
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  return id
}

async function folder(): Promise<{ path: string; [Symbol.asyncDispose](): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'lifecycle-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

test('a refresh to another archive restarts nothing and interrupts nobody', async () => {
  await using temporary = await folder()
  await using model = await openWorld()
  await deployPair(model)
  const id = await relate(model)
  const client = connectAs(model, id, 'web')
  await client.put('/web/a', 'before')
  const { starts } = await lookAtEtcd(model)
  // The same charm with one more line in its README is another archive.
  const next = join(temporary.path, 'next')
  await cp(model.unit('etcd/0').app.charm.unpacked, next, { recursive: true })
  await writeFile(join(next, 'README.md'), 'the next revision')
  await zip(next, `${next}.charm`, 1)
  await model.refresh('etcd', `${next}.charm`)
  const runs = await model.settle()
  assert.deepEqual(
    runs.map((run) => run.hook),
    ['upgrade-charm', 'config-changed'],
  )
  assert.deepEqual(writesOf(runs), [])
  assert.equal(await client.get('/web/a'), 'before')
  assert.equal((await lookAtEtcd(model)).starts, starts)
  client.close()
})

test('a bad resource blocks in words, and attaching a good one mends it without a store', async () => {
  await using temporary = await folder()
  await using model = await openWorld()
  const bad = join(temporary.path, 'bad.tar.gz')
  await writeFile(bad, 'no tarball')
  await model.deploy('etcd', { archive: archives.etcd, resources: { etcd: bad } })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  const { workload } = model.unit('etcd/0')
  assert.equal(workload.status, 'blocked', workload.message)
  assert.match(workload.message, /resource|tarball/)
  assert.match(workload.message, /juju attach-resource/)
  const programs = {
    etcd: realEtcd(),
    etcdctl: readFileSync(binary('etcdctl')),
    etcdutl: readFileSync(binary('etcdutl')),
  }
  model.attachResource('etcd', 'etcd', createTarball(temporary.path, 'good', { programs }))
  await model.settle()
  assert.deepEqual(model.unit('etcd/0').workload, { status: 'active', message: '' })
  const id = await relate(model)
  const client = connectAs(model, id, 'web')
  await client.put('/web/a', 'from the tarball')
  assert.equal(await client.get('/web/a'), 'from the tarball')
  client.close()
  const { code } = await model.unit('etcd/0').host.run(['ls', '/snap/charmed-etcd'])
  assert.notEqual(code, 0)
  assert.deepEqual(
    model.tables.journal.filter((run) => run.exit !== 0),
    [],
  )
})

test('a unit that leaves takes no access away and leaves the data (N05)', async () => {
  await using model = await openWorld()
  await deployPair(model)
  const id = await relate(model)
  const before = model.databag(id, 'etcd')
  model.removeUnit('etcd/0')
  const runs = await model.settle()
  assert.deepEqual(
    runs.filter((run) => run.unit === 'etcd/0').map((run) => run.hook),
    [
      'data-storage-detaching',
      'etcd-client-relation-departed',
      'etcd-client-relation-broken',
      'stop',
      'remove',
    ],
  )
  assert.deepEqual(model.databag(id, 'etcd'), before)
  assert.doesNotMatch(JSON.stringify(runs.map((run) => run.log)), /delete|secrets\/collect/)
  assert.deepEqual(
    runs.filter((run) => run.exit !== 0),
    [],
  )
})

test('a client application that is removed loses its access, and its namesake starts anew (C54)', async () => {
  await using model = await openWorld()
  await deployPair(model)
  const id = await relate(model)
  const client = connectAs(model, id, 'web')
  await client.put('/web/a', '1')
  model.removeApplication('web')
  await model.settle()
  await assert.rejects(client.get('/web/a'))
  assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  const again = connectAs(model, await relate(model), 'web')
  assert.equal(await again.get('/web/a'), '1')
  await assert.rejects(client.get('/web/a'))
  for (const row of [client, again]) row.close()
})
