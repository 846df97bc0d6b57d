// What operators do besides integrating: refresh, attach a resource, remove a unit or an application.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unzip, zip } from '../../scripts/archive.ts'
import { createTarball, realPrograms } from '../unit/machine/tarball.ts'
import { connectAs, withClient } from './driver/client.ts'
import { deployPair, relatePair } from './driver/deployments.ts'
import { emulatorOf, writesOf } from './driver/emulator-of.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { temporaryFolder } from './temporary-folder.ts'

story('a refresh to another archive restarts nothing and interrupts nobody', {}, async ({ model, step }) => {
  await using temporary = await temporaryFolder('lifecycle')
  await deployPair(model)
  const id = await relatePair(model)
  const client = await connectAs(model, id, 'web')
  await client.put('/web/a', 'before')
  const { starts } = await lookAtEtcd(model)
  // The same charm with one more line in its README is another archive.
  const next = join(temporary.path, 'next')
  await unzip(model.archives.etcd, next)
  await writeFile(join(next, 'README.md'), 'the next revision')
  await zip(next, `${next}.charm`, 1)
  await model.refresh('etcd', `${next}.charm`)
  await model.settle()
  assert.equal(await client.get('/web/a'), 'before')
  assert.equal((await lookAtEtcd(model)).starts, starts)
  client.close()
  await step(
    'two hooks see it, and the first tells the peers which revision of the charm is there now',
    async () => {
      const { journal } = emulatorOf(model).tables
      const runs = journal.slice(journal.findIndex((run) => run.hook === 'upgrade-charm'))
      assert.deepEqual(
        runs.map((run) => run.hook),
        ['upgrade-charm', 'config-changed'],
      )
      assert.deepEqual(writesOf(runs), [
        'upgrade-charm: relation-set -r 0 --file -',
        'upgrade-charm: open-port 2379/tcp',
      ])
    },
    { needs: ['journal'] },
  )
})

const mended = 'a bad resource blocks in words, and attaching a good one mends it without a store'
story(mended, { ownModel: true }, async ({ model }) => {
  await using temporary = await temporaryFolder('lifecycle')
  const bad = join(temporary.path, 'bad.tar.gz')
  await writeFile(bad, 'no tarball')
  await model.deploy('etcd', { charm: 'etcd', resources: { etcd: bad } })
  await model.deploy('web', { charm: 'client', config: { prefix: '/web/' } })
  const workload = async () => (await model.unit('etcd/leader')).workload
  await model.until('etcd is blocked', async () => (await workload()).status === 'blocked')
  assert.match((await workload()).message, /(resource|tarball).*juju attach-resource/)
  await model.attachResource(
    'etcd',
    'etcd',
    createTarball(temporary.path, 'good', { programs: realPrograms() }),
  )
  await model.until('etcd is active', async () => (await workload()).status === 'active')
  assert.equal((await workload()).message, '')
  await withClient(model, await relatePair(model), 'web', async (client) => {
    await client.put('/web/a', 'from the tarball')
    assert.equal(await client.get('/web/a'), 'from the tarball')
  })
  assert.notEqual((await model.exec('etcd/leader', ['ls', '/snap/charmed-etcd'])).code, 0)
  assert.deepEqual(await model.failedHooks(), [])
})

const leaving = 'a unit that leaves takes no access away and leaves the data (N05)'
story(leaving, { ownModel: true }, async ({ model, step }) => {
  await deployPair(model)
  const id = await relatePair(model)
  const before = await model.databag(id, 'etcd')
  await model.removeUnit('etcd/0')
  await model.settle()
  assert.deepEqual(await model.units('etcd'), [])
  assert.deepEqual(await model.databag(id, 'etcd'), before)
  await step(
    'its hooks are those of Juju, and delete nothing',
    async () => {
      const { journal } = emulatorOf(model).tables
      const runs = journal.slice(journal.findIndex((run) => run.hook === 'data-storage-detaching'))
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
      assert.doesNotMatch(JSON.stringify(runs.map((run) => run.log)), /delete|secrets\/collect/)
    },
    { needs: ['journal'] },
  )
  assert.deepEqual(await model.failedHooks(), [])
})

const namesake = 'a client application that is removed loses its access, and its namesake starts anew (C54)'
story(namesake, {}, async ({ model }) => {
  await deployPair(model)
  const client = await connectAs(model, await relatePair(model), 'web')
  await client.put('/web/a', '1')
  await model.removeApplication('web')
  await model.settle()
  await assert.rejects(client.get('/web/a'))
  assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
  await model.deploy('web', { charm: 'client', config: { prefix: '/web/' } })
  await model.settle()
  await withClient(model, await relatePair(model), 'web', async (again) => {
    assert.equal(await again.get('/web/a'), '1')
    await assert.rejects(client.get('/web/a'))
  })
  client.close()
})
