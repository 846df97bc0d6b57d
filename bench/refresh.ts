// What a refresh of three units costs, from patch to patch: hook runs and seconds for each unit.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { missing, pinning, storeRow } from '../tests/stories/releases.ts'
import { archives, openWorld } from '../tests/stories/world.ts'
import { type Row, round } from './rows.ts'

const [before, after] = ['3.5.16', '3.5.30'] as const
const units = 3

/** On an emulated Juju that runs hooks of several units at the same time, as a real one does. */
export async function measureRefresh(): Promise<readonly Row[]> {
  if (missing(before, after) !== false) return []
  const folder = await mkdtemp(join(tmpdir(), 'refresh-'))
  try {
    const snapStore = join(folder, 'snap-store')
    await writeFile(
      snapStore,
      (await Promise.all([before, after].map((version) => storeRow(version)))).join(''),
    )
    await using model = await openWorld({ name: 'refresh', parallel: 4, snapStore })
    const config = { 'pause-after-unit-refresh': 'none' }
    await model.deploy('etcd', { archive: await pinning(folder, before), units, config })
    await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
    await model.settle()
    model.integrate('etcd:etcd-client', 'web:etcd')
    await model.settle()
    const began = performance.now()
    await model.refresh('etcd', await pinning(folder, after))
    const runs = (await model.settle()).filter(({ unit }) => unit.startsWith('etcd/'))
    const seconds = (performance.now() - began) / 1000
    const row = (figure: string, value: number, unit: string): Row => ({
      figure: `refresh of ${units} units: ${figure}`,
      clients: 1,
      members: units,
      value: round(value),
      unit,
    })
    return [
      row('hook runs a unit', runs.length / units, 'hooks'),
      row('until settled, a unit', seconds / units, 's'),
      row('in hooks, a unit', runs.reduce((sum, { ms }) => sum + ms, 0) / units / 1000, 's'),
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
