// From one unit to five and back, to none, and to one again, while a client writes.

import assert from 'node:assert/strict'
import { Writer } from './chaos/writer.ts'
import { withClient } from './driver/client.ts'
import { deployPair, relatePair } from './driver/deployments.ts'
import { emulatorOf } from './driver/emulator-of.ts'
import { lookAtEtcd, membersAt, votersOf } from './driver/etcd-on-a-unit.ts'
import type { StoryModel } from './driver/driver.ts'
import { story } from './driver/story.ts'

async function unitsOf(model: StoryModel): Promise<readonly string[]> {
  return (await model.units('etcd')).map(({ name }) => name)
}

/** Every unit is active, a voter, and of one mind with the others. */
async function untilOne(model: StoryModel, relation: number, size: number): Promise<void> {
  await model.until(`${size} units are one cluster that the client knows`, async () => {
    await model.updateStatus()
    const units = await model.units('etcd')
    const active = units.every(({ workload }) => workload.status === 'active' && workload.message === '')
    const { endpoints = '' } = await model.databag(relation, 'etcd')
    return active && units.length === size && endpoints.split(',').length === size
  })
  const units = await unitsOf(model)
  const first = await lookAtEtcd(model, units[0])
  for (const unit of units) {
    assert.deepEqual(await membersAt(model, unit), votersOf(units))
    const { users, trusted } = await lookAtEtcd(model, unit)
    assert.deepEqual({ users, trusted }, { users: first.users, trusted: first.trusted })
  }
}

const title = 'one unit becomes three and five, three and one, none and one'
story(title, { ownModel: true }, async ({ model, step, note }) => {
  await deployPair(model)
  const id = await relatePair(model)
  const sound = (): Promise<void> =>
    step(
      'its hooks did not fail, and a settled model stays silent',
      // On a controller there is nothing of the emulator to load.
      async () => (await import('./chaos/cluster.ts')).assertSound(emulatorOf(model)),
      { needs: ['journal'] },
    )

  for (const wanted of [3, 5, 3, 1]) {
    await step(`${wanted} units, and no write is lost`, async () => {
      const units = await unitsOf(model)
      await using writer = new Writer(model, id, 'web', `/web/${units.length}-${wanted}/`)
      if (wanted > units.length) await model.addUnit('etcd', wanted - units.length)
      // The oldest go first, the Juju leader and the founder among them.
      for (const unit of units.slice(0, Math.max(0, units.length - wanted))) await model.removeUnit(unit)
      await untilOne(model, id, wanted)
      note(JSON.stringify({ units: wanted, ...(await writer.finish()) }))
    })
    await sound()
  }

  await step('the last unit goes, and a new one serves the same client anew', async () => {
    for (const unit of await unitsOf(model)) await model.removeUnit(unit)
    await model.settle()
    assert.deepEqual(await unitsOf(model), [])
    await model.addUnit('etcd')
    await untilOne(model, id, 1)
    await withClient(model, id, 'web', (client) => client.put('/web/again', '1'))
  })
  await sound()
})
