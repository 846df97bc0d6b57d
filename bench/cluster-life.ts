// What a cluster costs in hook runs and seconds: three units deployed, a truststore rolled for a first client, one unit more.

import type { HookRun } from '../tests/emulator/index.ts'
import { archives, openWorld } from '../tests/stories/world.ts'
import { type Row, round } from './rows.ts'

/** On an emulated Juju that runs hooks of several units at the same time, as a real one does. */
export async function measureClusterLife(): Promise<readonly Row[]> {
  await using model = await openWorld({ name: 'life', parallel: 4 })
  const rows: Row[] = []
  const measure = async (figure: string, act: () => Promise<unknown>): Promise<void> => {
    const began = performance.now()
    await act()
    const runs: readonly HookRun[] = await model.settle()
    const ours = runs.filter(({ unit }) => unit.startsWith('etcd/')).length
    const of = { clients: 1, members: 3 }
    rows.push({ figure: `${figure}: hook runs`, ...of, value: ours, unit: 'hooks' })
    rows.push({
      figure: `${figure}: until settled`,
      ...of,
      value: round((performance.now() - began) / 1000),
      unit: 's',
    })
  }
  await measure('three units deployed', () => model.deploy('etcd', { archive: archives.etcd, units: 3 }))
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  await measure('a first client, the truststore rolled', async () =>
    model.integrate('etcd:etcd-client', 'web:etcd'),
  )
  await measure('one unit more', () => model.addUnit('etcd'))
  return rows
}
