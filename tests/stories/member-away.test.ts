// On the emulator alone: a machine is cut off from the others and from Juju.
// A member that stays away. Whoever asks meanwhile is told whom it waits for, on every side; past the operator's patience it is served
// by the others; and it is sent to the one that comes back only once that has loaded its certificate.

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

test('a member stays away: clients hear of it, are served without it, and meet it again when it knows them', async (t) => {
  const model = await openWorld()
  const told = emulated(model)
  after(() => model[Symbol.asyncDispose]())
  await model.deploy('etcd', { archive: archives.etcd, units: 3 })
  for (const name of ['web', 'old']) await deployRequirer(told, typescriptV0, name)
  await deployRequirer(told, typescriptV1, 'new')
  await model.settle()
  const web = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  const members = unitsOf(model)
  const { leader } = model.unit('etcd/0').app
  const gone = members.filter((unit) => unit !== leader).at(-1) ?? ''
  const others = members.filter((unit) => unit !== gone)
  const endpoints = (units: readonly string[]) =>
    units.map((unit) => `${model.unit(unit).host.address}:2379`).sort()
  assert.deepEqual(endpointsOf(model, web.id), endpoints(members))

  await model.cutOff(gone)
  const asking = [
    ['old', model.integrate('etcd:etcd-client', 'old:etcd').id],
    ['new', model.integrate('etcd:etcd-client', 'new:etcd').id],
  ] as const

  await t.test('who asks meanwhile is told for whom it waits, and since when', async () => {
    await model.settle()
    const since = new RegExp(`${gone} since 20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC`)
    for (const [, id] of asking) {
      assert.deepEqual(endpointsOf(model, id), [])
      const [told, ...more] = statusesOf(model, id)
      assert.deepEqual([told?.code, more], [4101, []])
      assert.match(told?.message ?? '', since)
    }
    const { results } = await model.runAction(leader ?? '', 'list-clients')
    const rows: readonly Record<string, string>[] = JSON.parse(results.json ?? '')
    const waiting = rows.filter(({ application = '' }) => application !== 'web')
    assert.equal(waiting.length, 2)
    for (const { state } of waiting) assert.match(state ?? '', since)
    const { status, message } = model.unit(leader ?? '').app.status
    assert.equal(status, 'waiting')
    assert.match(
      message,
      new RegExp(
        `^2 of 3 members healthy.*look after ${gone.replace('/', '-')} \\(\\+\\d+ more: run status\\)$`,
      ),
    )
    assert.deepEqual(statusesOf(model, web.id), [])
    // A reboot is no reason to tell all clients of other endpoints.
    assert.deepEqual(endpointsOf(model, web.id), endpoints(members))
  })

  await t.test('past absence-patience the others serve it, and everybody is sent to them', async () => {
    model.config('etcd', { 'absence-patience': 10 })
    await model.settle()
    await model.updateStatus('etcd')
    for (const [name, id] of [...asking, ['web', web.id] as const]) {
      await assertComplete(told, id)
      assert.deepEqual([endpointsOf(model, id), statusesOf(model, id)], [endpoints(others), []], name)
      const client = connectAs(model, id, name)
      await client.put(`/${name}/a`, 'served')
      client.close()
    }
  })

  await t.test('back again, it takes a client before that client is sent to it', async () => {
    await model.plugIn(gone)
    await model.reboot(gone)
    for (let round = 0; round < 3; round += 1) {
      for (let run = await model.runOne(); run; run = await model.runOne())
        for (const [name, id] of asking) {
          if (!endpointsOf(model, id).includes(`${model.unit(gone).host.address}:2379`)) continue
          const taken = await accepts(model.unit(gone).host.address, credentialsOf(model, id, name))
          assert.ok(taken, `${name}, after ${run.hook} of ${run.unit}`)
        }
      for (const unit of model.unit(gone).app.units) unit.updateStatus = true
    }
    await heal(model)
    for (const [name, id] of [...asking, ['web', web.id] as const]) {
      assert.deepEqual(endpointsOf(model, id), endpoints(members), name)
      for (const unit of members)
        assert.ok(await accepts(model.unit(unit).host.address, credentialsOf(model, id, name)), unit)
    }
    assert.deepEqual(model.unit(leader ?? '').app.status, { status: 'active', message: '' })
  })
  await assertNoFailedHooks(told)
})
