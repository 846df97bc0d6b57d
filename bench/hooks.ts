// `make bench`: what a hook costs on this machine, beside Node's bare start in the same run. Writes bench/results.json.

import { writeFile } from 'node:fs/promises'
import type { HookRun, Unit } from '../tests/emulator/index.ts'
import { deployPair, openWorld } from '../tests/stories/world.ts'

interface Row {
  readonly figure: string
  readonly clients: number
  readonly members: number
  readonly value: number
  readonly unit: string
}

const rounds = Number(process.env.ROUNDS ?? 15)

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** A process on the unit's machine, from its start to its exit, in ms. */
async function time(unit: Unit, argv: readonly string[]): Promise<number> {
  const began = performance.now()
  await unit.host.run(argv)
  return performance.now() - began
}

async function repeat(what: () => Promise<number>): Promise<number> {
  const values: number[] = []
  for (let round = 0; round < rounds; round += 1) values.push(await what())
  return median(values)
}

await using model = await openWorld({ name: 'bench' })
await deployPair(model)
const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
await model.settle()
await model.updateStatus()
const etcd = model.unit('etcd/0')
const node = '/var/lib/juju/agents/unit-etcd-0/charm/bin/node'
const last = (hook: string): HookRun => {
  const found = model.tables.journal.findLast((run) => run.unit === 'etcd/0' && run.hook === hook)
  if (!found) throw new Error(`${hook} has not run`)
  return found
}

const bare = await repeat(() => time(etcd, [node, '-e', '0']))
const noop = await repeat(async () => {
  // A requirer's bookkeeping in its unit databag: an event with nothing in it for us.
  const relation = model.tables.relations.get(id)
  relation?.versions.set('web/0', (relation.versions.get('web/0') ?? 0) + 1)
  await model.settle()
  return last('etcd-client-relation-changed').ms
})
const sweep = await repeat(async () => {
  await model.updateStatus()
  return last('update-status').ms
})
const [noopCalls, sweepCalls] = [
  last('etcd-client-relation-changed').calls.length,
  last('update-status').calls.length,
]

const row = (figure: string, value: number, unit: string): Row => ({
  figure,
  clients: 1,
  members: 1,
  value: Math.round(value * 10) / 10,
  unit,
})
const rows: readonly Row[] = [
  row("Node's bare start", bare, 'ms'),
  row('relation-changed with nothing to do: dispatch to exit', noop, 'ms'),
  row('relation-changed with nothing to do: hook-tool calls', noopCalls, 'calls'),
  row("relation-changed with nothing to do: in Node's bare starts, tools included", noop / bare, '×'),
  row('update-status with nothing to do (etcd is asked): dispatch to exit', sweep, 'ms'),
  row('update-status with nothing to do: hook-tool calls', sweepCalls, 'calls'),
  row("update-status with nothing to do: in Node's bare starts, tools included", sweep / bare, '×'),
]
await writeFile('bench/results.json', `${JSON.stringify(rows, undefined, 2)}\n`)
console.log('| figure | clients | members | value | unit |\n|---|---|---|---|---|')
for (const { figure, clients, members, value, unit } of rows)
  console.log(`| ${figure} | ${clients} | ${members} | ${value} | ${unit} |`)
await model[Symbol.asyncDispose]()
process.exit(0)
