// What stories about the next start of etcd look at, and how they make one slow.

import { readFile, rm, writeFile } from 'node:fs/promises'
import { after } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { heal, unitsOf } from './chaos/cluster.ts'
import { archives, openWorld } from './world.ts'

const services = ['snap.charmed-etcd.etcd.service', 'etcd-charm.service']

/** etcd that serves, from now on with slow starts, and a client that is not related yet. */
export async function deploySlow(units: number, seconds: number): Promise<Model> {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  await model.deploy('etcd', { archive: archives.etcd, units })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  await heal(model)
  await slowStarts(model, seconds)
  return model
}

/** From now on etcd takes so long to start: as one does that reads a large database from a slow disk. */
export async function slowStarts(model: Model, seconds: number): Promise<void> {
  for (const unit of unitsOf(model)) {
    for (const service of services) {
      const file = model.unit(unit).host.outside(`/run/emulator/${service}.slow`)
      await (seconds > 0 ? writeFile(file, `${seconds}\n`) : rm(file, { force: true }))
    }
  }
}

/** How often each unit's etcd was started. */
export async function startsOf(model: Model): Promise<Readonly<Record<string, number>>> {
  const counted = await Promise.all(
    unitsOf(model).map(async (unit) => {
      for (const service of services) {
        const file = model.unit(unit).host.outside(`/run/emulator/${service}.starts`)
        const text = await readFile(file, 'utf8').catch(() => '')
        if (text !== '') return [unit, text.trim().split('\n').length] as const
      }
      return [unit, 0] as const
    }),
  )
  return Object.fromEntries(counted)
}
