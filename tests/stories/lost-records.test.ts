// What the leader has told its units, lost or not to be read: nothing is made anew in its place that members would break with.

import assert from 'node:assert/strict'
import type { Bag, StoryModel } from './driver/driver.ts'
import { story } from './driver/story.ts'
import { leaderOf, restored, saveSnapshot } from './snapshots.ts'
import { assertSound, assertWrites, deployServed, heal, read, runOn, unitsOf } from './sound.ts'

async function peersOf(model: StoryModel): Promise<number> {
  return (await model.relations('etcd')).find(({ endpoint }) => endpoint === 'etcd-peers')?.id ?? -1
}

async function peerBag(model: StoryModel): Promise<Bag> {
  return model.databag(await peersOf(model), 'etcd')
}

/** By the leader, as an operator's mistake would; an empty text takes the key away. */
async function overwrite(model: StoryModel, values: Bag): Promise<void> {
  const pairs = Object.entries(values).map(([key, value]) => `${key}=${value}`)
  const relation = String(await peersOf(model))
  await model.hookTool('etcd/leader', 'relation-set', '-r', relation, '--app', ...pairs)
}

async function pidsOf(model: StoryModel): Promise<readonly string[]> {
  const pids: string[] = []
  for (const unit of await unitsOf(model)) pids.push((await runOn(model, unit, 'pgrep -x etcd')).trim())
  return pids
}

const lost =
  'authorities that the databag has lost come back from their secret; without it nobody makes others'
story(lost, { ownModel: true }, async (told) => {
  const { model } = told
  const id = await deployServed(model, 2)
  const { authorities = '' } = await peerBag(model)
  assert.notEqual(authorities, '')
  const pids = await pidsOf(model)
  await overwrite(model, { authorities: '' })
  await heal(model)
  assert.equal((await peerBag(model)).authorities, authorities)
  await assertSound(told)
  assert.deepEqual(await pidsOf(model), pids)

  const secret = (await model.secrets()).find(({ label }) => label === 'etcd-authorities')
  // In this order: a hook between the two would bring the databag's back from the secret.
  await model.hookTool('etcd/leader', 'secret-remove', secret?.id ?? '')
  await overwrite(model, { authorities: '' })
  await model.updateStatus('etcd')
  assert.equal((await peerBag(model)).authorities, undefined)
  const { status, message } = (await model.unit('etcd/leader')).workload
  assert.match(`${status}: ${message}`, /^blocked: secret etcd-authorities is gone/)
  await assertWrites(model, id, '/web/still')
})

const other = 'a databag of another revision stops the charm, and no member and no client'
story(other, { ownModel: true }, async (told) => {
  const { model } = told
  const id = await deployServed(model, 2)
  const before = await peerBag(model)
  const client = `client.${id}`
  await overwrite(model, { founding: '{"v":2}', [client]: '{"state":"adored"}' })
  await model.updateStatus('etcd')
  await model.updateStatus('etcd')
  for (const { workload } of await model.units('etcd'))
    assert.match(
      `${workload.status}: ${workload.message}`,
      /^blocked: this revision can't read .* client\.\d+, founding; refresh/,
    )
  for (const pid of await pidsOf(model)) assert.notEqual(pid, '')
  await assertWrites(model, id, '/web/still')
  await overwrite(model, { founding: before.founding ?? '', [client]: before[client] ?? '' })
  await heal(model)
  await assertSound(told)
  await assertWrites(model, id, '/web/again')
})

const older =
  'a controller that is restored to a state of before a restore stops no member, and recover-quorum goes on with all data'
story(older, { ownModel: true }, async (told) => {
  const { model } = told
  const id = await deployServed(model, 2)
  const leader = await leaderOf(model)
  await saveSnapshot(model, leader, 'monday.db')
  const before = await peerBag(model)
  await restored(model, leader, { file: 'monday.db' })
  await heal(model)
  await assertWrites(model, id, '/web/since')
  const pids = await pidsOf(model)

  await overwrite(model, { founding: before.founding ?? '' })
  await heal(model)
  for (const { workload } of await model.units('etcd'))
    assert.match(
      `${workload.status}: ${workload.message}`,
      /^blocked: juju's record of the cluster is older than its data.*; run recover-quorum on the leader/,
    )
  assert.deepEqual(await pidsOf(model), pids)
  await assertWrites(model, id, '/web/still')

  const action = await model.runAction(leader, 'recover-quorum', { confirm: true })
  assert.equal(action.status, 'completed', action.message)
  await model.settle()
  await heal(model)
  await assertSound(told)
  for (const unit of await unitsOf(model))
    for (const key of ['/web/since', '/web/still']) assert.equal(await read(model, unit, key), '1')
})
