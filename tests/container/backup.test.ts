// A backup on a machine with a real systemd: the work is a unit of its own, and nothing of it is left when it is done.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archives } from '../stories/world.ts'
import { deployStore, motoKeys, relateStore } from '../stories/stores/deploy-store.ts'
import { lookAtS3 } from '../stories/stores/s3-eyes.ts'
import { addressFor, lacks, startMoto } from '../stories/stores/start-store.ts'
import { ask, openMachines } from './machine.ts'

const unit = 'etcd-charm-backup.service'

test('a backup is work of its own for systemd, and nothing of it is left when it is done', {
  skip: lacks('moto'),
}, async () => {
  await using machines = await openMachines()
  const { model, tarball } = machines
  await model.deploy('etcd', { archive: archives.etcd, resources: { etcd: tarball } })
  await model.settle()
  await using moto = await startMoto(addressFor(model, 'etcd/0'))
  await deployStore(model, { settings: { bucket: 'backups', endpoint: moto.url }, keys: motoKeys })
  relateStore(model)
  await model.settle()
  const { machine } = machines
  const taken = await model.runAction('etcd/0', 'create-backup')
  assert.equal(taken.status, 'completed', taken.message)
  const keys = await lookAtS3(moto.url, 'backups').keys()
  assert.deepEqual(
    keys.map((key) => key.split('/').at(-1)),
    ['manifest.json', 'snapshot.db'],
  )
  assert.equal(await ask(machine, 'systemctl', 'show', '-P', 'LoadState', unit), 'not-found')
  assert.equal(await ask(machine, 'sh', '-c', 'ls /run/etcd-charm-orders'), '')
  assert.equal(await ask(machine, 'systemctl', 'list-units', '--failed', '--plain', '--no-legend'), '')
})
