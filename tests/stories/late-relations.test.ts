// On the emulator alone: relations stall, and a grant is taken back before it is read.
// Relations that Juju 4.0 does not begin as one would think: made anew at once they join when the agents are restarted and not before;
// and a secret that was refused is tracked.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeFailure, type Model } from '../emulator/index.ts'
import { writesOf } from './driver/emulator-of.ts'
import { archives, connectAs, lookAtEtcd, openWorld, responsesOf } from './world.ts'

function assertNoHookFailed({ tables }: Model): void {
  const failed = tables.journal.filter(({ exit }) => exit !== 0)
  assert.deepEqual(failed.map(describeFailure), [])
}

async function works(model: Model, relation: number, app: string): Promise<void> {
  const client = connectAs(model, relation, app)
  await client.put(`/${app}/a`, app)
  client.close()
}

test('a relation that is made anew at once is served when it joins, however late, and holds up nobody', async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd })
  for (const name of ['web', 'next'])
    await model.deploy(name, { archive: archives.client, config: { prefix: `/${name}/` } })
  await model.settle()
  const first = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  const before = connectAs(model, first.id, 'web')
  await before.put('/web/a', '1')

  model.removeRelation(first.id)
  await model.settle()
  await assert.rejects(before.get('/web/a'))
  before.close()
  const again = model.integrate('etcd:etcd-client', 'web:etcd')
  model.stallRelation(again.id)
  await model.settle()
  await model.updateStatus()
  const next = model.integrate('etcd:etcd-client', 'next:etcd')
  await model.settle()
  await works(model, next.id, 'next')
  await model.updateStatus()
  assert.deepEqual(writesOf(await model.updateStatus()), [], 'nobody is to be told anything')
  assert.equal(responsesOf(model, again.id)[0]?.endpoints, undefined)
  assert.match(model.unit('etcd/0').app.status.message, new RegExp(`^relation ${again.id} \\(web\\): `))

  model.restartAgents()
  await model.settle()
  await works(model, again.id, 'web')
  assert.deepEqual(model.unit('etcd/0').app.status, { status: 'active', message: '' })
  assert.deepEqual((await lookAtEtcd(model)).users, ['next', 'root', 'web'])
  assertNoHookFailed(model)
})

test('a certificate whose secret was refused is read as it is when it is granted, not as it was', async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  const ofWeb = () => [...model.tables.secrets.values()].filter(({ owner }) => owner === 'web')
  model.killHooks((unit, tool) => {
    if (unit === 'etcd/0' && tool === 'secret-get') for (const { grants } of ofWeb()) grants.delete('etcd')
    return false
  })
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  assert.equal(responsesOf(model, id)[0]?.endpoints, undefined)
  assert.ok(
    ofWeb().some(({ consumers }) => consumers.has('etcd/0')),
    'what was refused is not tracked: this story tells nothing',
  )
  model.killHooks(() => false)
  await model.runAction('web/0', 'rotate')
  await model.updateStatus()
  await works(model, id, 'web')
  await model.runAction('web/0', 'rotate')
  await model.settle()
  await works(model, id, 'web')
  assertNoHookFailed(model)
})
