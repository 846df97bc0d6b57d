// `make bench`: what hooks cost on this machine, with few clients and with many, with one member and with several, beside Node's bare
// start and beside a provider on the field's Python library in the same run. Writes bench/results.json and bench/results.md; of one part
// alone (`ONLY=neighbours`) it just prints the figures.

import { writeFile } from 'node:fs/promises'
import { archives, openWorld } from '../tests/stories/world.ts'
import { realRelease } from '../tests/unit/machine/tarball.ts'
import { asAtAgent } from './as-at-agent.ts'
import { measureBackup } from './backup.ts'
import { measureClusterLife } from './cluster-life.ts'
import { measureFirstWrites } from './first-writes.ts'
import { growByBatches, measureCosts } from './hook-costs.ts'
import { measureNeighbours } from './neighbours.ts'
import { measurePython } from './python-provider.ts'
import { measureRefresh } from './refresh.ts'
import { median, printTable, type Row, round } from './rows.ts'

function numbers(name: string, usual: string): readonly number[] {
  return (process.env[name] ?? usual)
    .split(',')
    .filter((text) => text !== '')
    .map(Number)
}

const sizes = numbers('CLIENTS', '1,10,100,1000')
const baseline = numbers('BASELINE', sizes.join(','))
const members = numbers('MEMBERS', '1,3,5')
const [rounds = 5] = numbers('ROUNDS', '5')
const [together = 100] = numbers('TOGETHER', '100')

const only = process.env.ONLY
const wants = (part: string): boolean => only === undefined || only === part

const costs: Row[] = []
const writes: Row[] = []

/** After each part, so that a bench that is cut short leaves what it has. */
async function save(): Promise<string> {
  const tables = [costs, writes].filter((rows) => rows.length > 0).map(printTable)
  const text = `${tables.join('\n\n')}\n`
  if (only !== undefined) return text
  await writeFile('bench/results.json', `${JSON.stringify([...costs, ...writes], undefined, 2)}\n`)
  await writeFile('bench/results.md', text)
  return text
}

async function add(rows: readonly Row[]): Promise<void> {
  costs.push(...rows)
  await save()
}

const atController = numbers('CONTROLLER_CLIENTS', '1,9')

/** With hook tools as slow as a controller's, and etcd from a tarball, whose digest a sweep looks at. */
async function measureAtController(): Promise<void> {
  await using model = await openWorld({ name: 'bench', measure: true })
  await model.deploy('etcd', { archive: archives.etcd, resources: { etcd: realRelease() } })
  await model.settle()
  const { host } = model.unit('etcd/0')
  const here = await medianOf(() => host.run(['/usr/bin/perl', '-e', '0']))
  model.tables.delayTool = asAtAgent(here)
  const grow = (names: readonly string[]) => growByBatches(model, 'etcd', names)
  const prefix = 'hook tools as at a controller: '
  await measureCosts({ model, app: 'etcd', prefix, rounds, add, grow }, atController)
}

async function medianOf(act: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let count = 0; count < 3 * rounds; count += 1) {
    const began = performance.now()
    await act()
    times.push(performance.now() - began)
  }
  return median(times)
}

async function measureCharm(): Promise<void> {
  await using model = await openWorld({ name: 'bench', measure: true })
  await model.deploy('etcd', { archive: archives.etcd })
  await model.settle()
  const { host } = model.unit('etcd/0')
  const start = await medianOf(() => host.run(['/var/lib/juju/agents/unit-etcd-0/charm/bin/node', '-e', '0']))
  const figure = "Node's bare start"
  await add([{ figure, clients: sizes[0] ?? 1, members: 1, value: round(start), unit: 'ms' }])
  const grow = (names: readonly string[]) => growByBatches(model, 'etcd', names)
  await measureCosts({ model, app: 'etcd', prefix: '', rounds, add, grow }, sizes)
}

async function measureCluster(): Promise<void> {
  if (wants('writes'))
    for (const count of members) {
      writes.push(...(await measureFirstWrites(count, together)))
      await save()
    }
  if (!members.some((count) => count > 1)) return
  if (wants('life')) writes.push(...(await measureClusterLife()))
  await save()
  if (wants('refresh')) writes.push(...(await measureRefresh()))
  await save()
  if (wants('neighbours')) writes.push(...(await measureNeighbours([1, 10])))
  // Gigabytes, for which a server of S3 is built: only where it is asked for.
  if (only === 'backup') writes.push(...(await measureBackup(numbers('MEGABYTES', '2000')[0] ?? 2000)))
}

if (wants('charm')) await measureCharm()
if (wants('controller')) await measureAtController()
try {
  if (wants('python')) await measurePython(baseline, rounds, add)
} finally {
  // A baseline that can't be had is no reason to have no more of the charm's own figures.
  await measureCluster()
}
console.log(await save())
process.exit(0)
