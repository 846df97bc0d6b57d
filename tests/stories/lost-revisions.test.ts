// On the emulator alone: until Juju 3.6.9 the removal of a revision could take the latest along, and no command of an operator does.
// What was given is compared with what is there: the next update-status gives it back, and authorities whose keys are gone are replaced.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import type { Secret } from '../emulator/model/state.ts'
import { assertSound, heal } from './chaos/cluster.ts'
import { archives, connectAs, deployPair, lookAtEtcd, openWorld, responsesOf } from './world.ts'

function secretOf({ tables }: Model, label: string): Secret {
  const found = [...tables.secrets.values()].find((row) => row.owner === 'etcd' && row.label === label)
  assert.ok(found, `no secret ${label}`)
  return found
}

test('the latest revision of a client’s secret is lost, and written again', async () => {
  await using model = await openWorld({ profile: '3.6', version: '3.6.9' })
  await deployPair(model)
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  const { starts } = await lookAtEtcd(model)
  const secret = secretOf(model, `etcd-client.${id}.tls`)
  secret.revisions.delete(secret.latest)
  await model.updateStatus('etcd')
  const client = connectAs(model, id, 'web')
  await client.put('/web/a', 'b')
  client.close()
  for (const label of ['user', 'tls'])
    assert.equal(secretOf(model, `etcd-client.${id}.${label}`).grants.get('web'), id, label)
  const failed = model.tables.journal.filter(({ unit, exit }) => unit === 'etcd/0' && exit !== 0)
  assert.deepEqual(
    failed.map(({ hook, stderr }) => `${hook} ${stderr}`),
    [],
  )
  assert.equal((await lookAtEtcd(model)).starts, starts, 'nobody restarts for it')
  assert.equal(responsesOf(model, id).length, 1)
})

test('authorities whose keys Juju has lost are replaced', async () => {
  await using model = await openWorld({ profile: '3.6', version: '3.6.9' })
  await model.deploy('etcd', { archive: archives.etcd, units: 2 })
  await model.settle()
  const secret = secretOf(model, 'etcd-authorities')
  secret.revisions.delete(secret.latest)
  await model.updateStatus()
  await heal(model)
  const renewed = secretOf(model, 'etcd-authorities')
  assert.notEqual(renewed.id, secret.id)
  assert.ok(renewed.revisions.get(renewed.latest)?.['peer-key'])
  await model.addUnit('etcd')
  await heal(model)
  await assertSound(model)
})
