// A cluster grows and shrinks while a client writes.

import { Writer } from './chaos/writer.ts'
import type { StoryModel } from './driver/driver.ts'
import type { Story } from './driver/story.ts'
import { assertSound, unitsOf } from './sound.ts'

/** Through these numbers of units, one after the other; the oldest units go first, the Juju leader and the founder among them. */
export async function scale(told: Story, relation: number, sizes: readonly number[]): Promise<void> {
  const { model, step, note } = told
  for (const wanted of sizes) {
    await step(`${wanted} units, no write is lost, and the settled model stays silent`, async () => {
      const units = await unitsOf(model)
      await using writer = new Writer(model, relation, 'web', `/web/${units.length}-${wanted}/`)
      if (wanted > units.length) await model.addUnit('etcd', wanted - units.length)
      for (const unit of units.slice(0, Math.max(0, units.length - wanted))) await model.removeUnit(unit)
      await untilServing(model, relation, wanted)
      note(JSON.stringify({ units: wanted, ...(await writer.finish()) }))
      await assertSound(told)
    })
  }
}

/** Every unit is active, and the client knows all of them. */
export async function untilServing(model: StoryModel, relation: number, size: number): Promise<void> {
  await model.until(`${size} units are one cluster that the client knows`, async () => {
    await model.updateStatus()
    const units = await model.units('etcd')
    const active = units.every(({ workload }) => workload.status === 'active' && workload.message === '')
    const { endpoints = '' } = await model.databag(relation, 'etcd')
    return active && units.length === size && endpoints.split(',').length === size
  })
}
