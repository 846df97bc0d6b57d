// What most stories begin and end with.

import assert from 'node:assert/strict'
import type { StoryModel, Values } from './driver.ts'

/** etcd and a client, settled and not yet related. */
export async function deployPair(model: StoryModel, config: Values = { prefix: '/web/' }): Promise<void> {
  await model.deploy('etcd', { charm: 'etcd' })
  await model.deploy('web', { charm: 'client', config })
  await model.until(
    'etcd is active',
    async () => (await model.unit('etcd/leader')).workload.status === 'active',
  )
}

/** Relates the pair, and waits until the client is served; the relation's id. */
export async function relatePair(model: StoryModel): Promise<number> {
  const relation = await model.integrate('etcd:etcd-client', 'web:etcd')
  await untilServed(model, ['web'])
  return relation
}

/** Clients of those names, deployed, then related all at once; the relations' ids by name. */
export async function deployClients(
  model: StoryModel,
  names: readonly string[],
  config: (name: string) => Record<string, string>,
): Promise<ReadonlyMap<string, number>> {
  for (const name of names) await model.deploy(name, { charm: 'client', config: config(name) })
  await model.settle()
  const relations = new Map<string, number>()
  for (const name of names) relations.set(name, await model.integrate('etcd:etcd-client', `${name}:etcd`))
  await model.settle()
  return relations
}

export async function untilServed(model: StoryModel, apps: readonly string[]): Promise<void> {
  await model.until(`${apps.join(', ')} got access`, async () => {
    for (const app of apps)
      for (const unit of await model.units(app)) if (!/^user /.test(unit.workload.message)) return false
    return true
  })
}

export async function assertNoFailedHooks(model: StoryModel): Promise<void> {
  assert.deepEqual(await model.failedHooks(), [])
}
