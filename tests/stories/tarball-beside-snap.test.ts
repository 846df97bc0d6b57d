// On the emulator alone: the snap store has two releases of etcd, and charms pin one of them.
// A tarball that is attached where the snap runs is not taken, which the status says; what charms pin is followed all the while.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { realRelease } from '../unit/machine/tarball.ts'
import { assertSound, heal } from './chaos/cluster.ts'
import { beginOn, versionsOf } from './refreshing.ts'
import { missing } from './releases.ts'

const title = 'a tarball beside the snap is told, freezes nothing, and is taken back by an empty file'
test(title, { skip: missing('3.5.16', '3.5.30') }, async () => {
  await using world = await beginOn({ from: '3.5.16', to: ['3.5.30'], units: 1 })
  const { model, refresh } = world
  const message = (): string => model.unit('etcd/0').workload.message
  const told =
    'the tarball attached as etcd is not taken: this unit runs the snap; attach an empty file: juju attach-resource etcd etcd=./empty.tar.gz'

  model.attachResource('etcd', 'etcd', realRelease())
  await model.settle()
  assert.equal(message(), told)
  await model.updateStatus('etcd')
  assert.equal(message(), told)
  await refresh('3.5.30')
  await model.settle()
  await heal(model)
  assert.deepEqual(await versionsOf(model), ['3.5.30'])
  assert.equal(message(), told)

  const folder = await mkdtemp(join(tmpdir(), 'empty-'))
  after(() => rm(folder, { recursive: true }))
  const empty = join(folder, 'empty.tar.gz')
  await writeFile(empty, '')
  model.attachResource('etcd', 'etcd', empty)
  await model.settle()
  await heal(model)
  assert.equal(message(), '')
  await assertSound(model)
})
