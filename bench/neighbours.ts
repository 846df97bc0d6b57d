// What a client that is served notices when others join: which of its requests fail, without a retry and with one, and how often etcd's
// access control changes for each newcomer (a write that was on its way while it did fails with "revision of auth store is old").

import { setTimeout as sleep } from 'node:timers/promises'
import type { Model } from '../tests/emulator/index.ts'
import { askFor, relateGhosts } from '../tests/stories/ghost-clients.ts'
import { archives, openWorld, responsesOf } from '../tests/stories/world.ts'
import { accessRevision } from '../tests/stories/access-revision.ts'
import { startLoad } from '../tests/stories/load.ts'
import type { Row } from './rows.ts'

const members = 3

/** On an emulated Juju that runs hooks of several units at the same time, as a real one does. */
export async function measureNeighbours(sizes: readonly number[]): Promise<readonly Row[]> {
  await using model = await openWorld({ name: 'neighbours', parallel: 4 })
  await model.deploy('etcd', { archive: archives.etcd, units: members })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  await model.updateStatus('etcd')
  const rows: Row[] = []
  for (const count of sizes) rows.push(...(await measure(model, id, count)))
  return rows
}

async function measure(model: Model, relation: number, count: number): Promise<readonly Row[]> {
  const names = Array.from({ length: count }, (_, at) => `joins-${count}a-${at}a`)
  const all = await relateGhosts(model, names)
  model.passOver('etcd', new Set(all.map((one) => one.relation)))
  const before = await accessRevision(model)
  const load = startLoad(model, relation)
  await sleep(1000)
  for (const one of all) await askFor(model, one)
  await model.settle()
  const unanswered = all.filter((one) => responsesOf(model, one.relation)[0]?.['secret-user'] === undefined)
  if (unanswered.length > 0) throw new Error(`${unanswered.length} clients were never answered`)
  await sleep(1000)
  const { requests, failures, failedAgain } = await load.finish()
  const changes = (await accessRevision(model)) - before
  const row = (figure: string, value: number, unit: string): Row => ({
    figure: `others while clients join: ${figure}`,
    clients: count,
    members,
    value: Math.round(value * 10) / 10,
    unit,
  })
  const of = (kind: string): number => failures.get(kind) ?? 0
  const total = [...failures.values()].reduce((sum, failed) => sum + failed, 0)
  return [
    row('requests', requests, 'requests'),
    row('failed without a retry, auth store', of('auth store'), 'requests'),
    row('failed without a retry, unavailable', of('unavailable'), 'requests'),
    row('failed without a retry, otherwise', total - of('auth store') - of('unavailable'), 'requests'),
    row('failed with one retry', failedAgain, 'requests'),
    row('changes of access control for each client', changes / count, 'changes'),
  ]
}
