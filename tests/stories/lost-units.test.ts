// On the emulator alone: a machine is lost by force, and agents are restarted by command.
// A unit is gone and Juju 4.0 tells its peers nothing: no departed, and relation-list goes on naming it, until their agents are
// restarted. A machine that is lost by force says nothing either, neither of its member nor of its databag.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal, membersAt, unitsOf } from './chaos/cluster.ts'
import { adminOf, assertWrites, deployServed } from './chaos/units.ts'
import { votersOf } from './driver/etcd-on-a-unit.ts'
import { accepts } from './handshake.ts'
import { archives, openWorld, responsesOf } from './world.ts'

const peersOf = ({ tables }: Model): number =>
  [...tables.relations.values()].find(({ ends }) => ends.length === 1 && ends[0]?.app === 'etcd')?.id ?? -1
const leaderOf = ({ tables }: Model): string => tables.applications.get('etcd')?.leader ?? ''

/** What the others list, however long ago it went. */
function assertListed(model: Model, gone: string): void {
  const listing = unitsOf(model).filter((unit) =>
    model.unit(unit).relations.get(peersOf(model))?.members.has(gone),
  )
  assert.ok(listing.length > 0, `relation-list names ${gone} to nobody: this story tells nothing`)
}

/** Nothing of it is left where the charm can see to it. */
async function assertForgotten(model: Model, gone: string, client: number): Promise<void> {
  const units = unitsOf(model)
  assert.ok(!units.includes(gone))
  for (const unit of units) assert.deepEqual(await membersAt(model, unit), votersOf(units))
  const endpoints = units.map((unit) => `${model.unit(unit).host.address}:2379`).sort()
  assert.equal(responsesOf(model, client)[0]?.endpoints, endpoints.join(','))
  assert.deepEqual(
    Object.keys(model.databag(peersOf(model), 'etcd')).filter((key) => key.endsWith(gone)),
    [],
  )
}

/** Whoever asks now is served, and authorities come and go: neither waits for who is gone. */
async function assertGoesOn(model: Model, name: string): Promise<void> {
  await model.deploy(name, { archive: archives.client, config: { prefix: `/${name}/` } })
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', `${name}:etcd`)
  await model.settle()
  assert.notEqual(responsesOf(model, id)[0]?.endpoints, undefined, `${name} is not served`)
  const before = model.databag(peersOf(model), 'etcd').authorities
  const { status, message } = await model.runAction(leaderOf(model), 'rotate-authorities')
  assert.equal(status, 'completed', message)
  await heal(model)
  const { authorities, rotation } = model.databag(peersOf(model), 'etcd')
  assert.notEqual(authorities, before)
  assert.equal(rotation, undefined, 'the rotation waits for somebody')
}

test('machines are lost one after the other, and nobody tells', async (t) => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const web = await deployServed(model, 3)

  await t.test('a follower: by update-status nothing of it is left, and nobody waits for it', async () => {
    const gone = unitsOf(model).find((unit) => unit !== leaderOf(model)) ?? ''
    // A machine that is lost and not destroyed goes on having it.
    const admin = await adminOf(model, gone)
    const { address } = model.unit(leaderOf(model)).host
    assert.ok(await accepts(address, admin))
    // Without --force it runs no last hook, and stays.
    await model.cutOff(gone)
    model.removeUnit(gone)
    await model.updateStatus('etcd')
    const { status, message } = model.unit(leaderOf(model)).app.status
    assert.equal(status, 'active')
    assert.match(
      message,
      new RegExp(`^2 of 3 .*; if the machine of ${gone} is gone: juju remove-unit --force`),
    )
    await model.loseUnit(gone)
    await model.settle()
    assertListed(model, gone)
    await heal(model)
    await assertForgotten(model, gone, web)
    for (const unit of unitsOf(model))
      assert.equal(await accepts(model.unit(unit).host.address, admin), false, `the administrator of ${gone}`)
    await assertGoesOn(model, 'late')
    await assertSound(model)
  })

  await t.test('another comes, and the leader is lost: the next one knows at once', async () => {
    await model.addUnit('etcd')
    await model.settle()
    await heal(model)
    await assertSound(model)
    const gone = leaderOf(model)
    await model.loseUnit(gone)
    await model.settle()
    assertListed(model, gone)
    await assertForgotten(model, gone, web)
    await assertGoesOn(model, 'later')
    await assertSound(model)
  })

  await t.test('of two one is lost: the other says so, and goes on alone', async () => {
    const [gone = ''] = unitsOf(model).filter((unit) => unit !== leaderOf(model))
    await model.loseUnit(gone)
    const ran = await model.updateStatus('etcd')
    assertListed(model, gone)
    const told = ran.flatMap(({ calls }) => calls.flatMap(({ args }) => args))
    assert.ok(
      told.includes(`waiting to go on without ${gone.replace('/', '-')}, which went without leaving`),
      told.join('\n'),
    )
    await heal(model)
    await assertForgotten(model, gone, web)
    await assertWrites(model, web, '/web/alone')
    await assertGoesOn(model, 'latest')
    await assertSound(model)
  })
})
