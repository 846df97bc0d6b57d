// On the emulator alone: a unit's agent is lost while its etcd runs on.
// A unit whose etcd answers and that runs no hook loads no certificate. Who asks or renews meanwhile is told whom it waits for, and so is the
// operator; past the operator's patience it is served by the others, and sent to that unit once it has loaded the certificate.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { heal, unitsOf } from './chaos/cluster.ts'
import { assertNoFailedHooks } from './driver/deployments.ts'
import { emulated } from './driver/emulated-model.ts'
import { accepts } from './handshake.ts'
import { assertComplete, deployRequirer, typescriptV0, typescriptV1 } from './requirers.ts'
import { archives, connectAs, credentialsOf, openWorld, responsesOf } from './world.ts'

const statusesOf = (model: Model, relation: number): readonly { code: number; message: string }[] =>
  JSON.parse(model.databag(relation, 'etcd').status ?? '[]')
const endpointsOf = (model: Model, relation: number): readonly string[] =>
  responsesOf(model, relation)[0]?.endpoints?.split(',') ?? []

test('a unit runs no hooks while its etcd serves: it is named, and a client and a renewal get through without it', async (t) => {
  const model = await openWorld()
  const told = emulated(model)
  after(() => model[Symbol.asyncDispose]())
  await model.deploy('etcd', { archive: archives.etcd, units: 3 })
  await deployRequirer(told, typescriptV0, 'web')
  await deployRequirer(told, typescriptV1, 'new')
  await model.settle()
  const web = model.integrate('etcd:etcd-client', 'web:etcd').id
  await model.settle()
  const members = unitsOf(model)
  const leader = model.unit('etcd/0').app.leader ?? ''
  const lost = members.filter((unit) => unit !== leader).at(-1) ?? ''
  const others = members.filter((unit) => unit !== lost)
  const endpoints = (units: readonly string[]) =>
    units.map((unit) => `${model.unit(unit).host.address}:2379`).sort()

  model.unit(lost).unreachable = true
  const rotated = await model.runAction('web/0', 'rotate')
  assert.equal(rotated.status, 'completed', rotated.message)
  await model.settle()
  const asking = model.integrate('etcd:etcd-client', 'new:etcd').id
  await model.settle()

  await t.test('the status names it once it is more than passing, and so do those who wait', async () => {
    assert.deepEqual(endpointsOf(model, asking), [])
    await model.updateStatus('etcd')
    const { status, message } = model.unit(leader).app.status
    assert.equal(status, 'waiting')
    assert.match(
      message,
      new RegExp(`access for (web|new) waits for ${lost} to load the certificate; see that its hooks run`),
    )
    for (const id of [web, asking]) {
      const [waits, ...more] = statusesOf(model, id)
      assert.deepEqual([waits?.code, more], [4102, []])
      assert.match(waits?.message ?? '', new RegExp(`waiting for ${lost}$`))
    }
    assert.deepEqual(endpointsOf(model, asking), [])
  })

  await t.test('past absence-patience both are served by the others', async () => {
    model.config('etcd', { 'absence-patience': 10 })
    await model.settle()
    await new Promise((resolve) => setTimeout(resolve, 10_000))
    await model.updateStatus('etcd')
    for (const [name, id] of [
      ['web', web],
      ['new', asking],
    ] as const) {
      await assertComplete(told, id)
      assert.deepEqual([endpointsOf(model, id), statusesOf(model, id)], [endpoints(others), []], name)
      const client = connectAs(model, id, name)
      await client.put(`/${name}/a`, 'served')
      client.close()
    }
    assert.deepEqual(model.unit(leader).app.status, { status: 'active', message: '' })
  })

  await t.test('one more renewal does not wait for it again', async () => {
    model.config('etcd', { 'client-restart-interval': 0 })
    await model.settle()
    const again = await model.runAction('web/0', 'rotate')
    assert.equal(again.status, 'completed', again.message)
    await model.settle()
    await model.updateStatus('etcd')
    assert.deepEqual(statusesOf(model, web), [])
    for (const unit of others)
      assert.ok(await accepts(model.unit(unit).host.address, credentialsOf(model, web, 'web')), unit)
  })

  await t.test('back again, it takes both, and both are sent to it', async () => {
    model.unit(lost).unreachable = false
    await heal(model)
    for (const [name, id] of [
      ['web', web],
      ['new', asking],
    ] as const) {
      assert.deepEqual(endpointsOf(model, id), endpoints(members), name)
      for (const unit of members)
        assert.ok(await accepts(model.unit(unit).host.address, credentialsOf(model, id, name)), unit)
    }
    assert.deepEqual(model.unit(leader).app.status, { status: 'active', message: '' })
  })
  await assertNoFailedHooks(told)
})
