// On the emulator alone: what collectors read is looked at in a file that the collector of the tests writes beside each unit.
// Collectors of the field, by their own library: both are told all that they need by every unit, in the same words, and once.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import * as z from 'zod/mini'
import type { HookRun, Model } from '../emulator/index.ts'
import { killEverywhere } from './kill-everywhere.ts'
import { archives, openWorld } from './world.ts'

const collector = 'build/collector.charm'
const skip = !existsSync(collector) && "the collector's packages can't be had"

const rule = z.object({
  alert: z.string(),
  expr: z.string(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
})
const rules = z.record(z.string(), z.object({ groups: z.array(z.object({ rules: z.array(rule) })) }))
const read = z.object({
  jobs: z.array(
    z.object({
      static_configs: z.array(
        z.object({ targets: z.array(z.string()), labels: z.record(z.string(), z.string()) }),
      ),
    }),
  ),
  metrics: rules,
  logs: rules,
  slots: z.array(z.unknown()),
  dashboards: z.array(z.object({ title: z.string(), panels: z.array(z.unknown()), uid: z.string() })),
})

async function collected(model: Model, app: string, beside: string): Promise<z.infer<typeof read>> {
  const path = model.unit(beside).host.outside(`/srv/${app}.json`)
  return read.parse(JSON.parse(await readFile(path, 'utf8')))
}

function told(model: Model, relation: number, unit: string): string | undefined {
  return model.databag(relation, unit).config
}

function settings(runs: readonly HookRun[]): readonly string[] {
  return runs.flatMap(({ unit, calls }) =>
    unit.startsWith('etcd/') ? calls.flatMap(({ tool }) => (tool === 'relation-set' ? [unit] : [])) : [],
  )
}

test('both collectors of the field are told everything by each unit, in the same words', {
  skip,
}, async () => {
  await using model = await openWorld({ parallel: 2 })
  await model.deploy('kv', { archive: archives.etcd, units: 2 })
  await model.deploy('grafana-agent', { archive: collector })
  await model.deploy('otelcol', { archive: collector })
  await model.settle()
  const first = model.integrate('kv:cos-agent', 'grafana-agent:cos-agent')
  const second = model.integrate('kv:cos-agent', 'otelcol:cos-agent')
  await model.settle()
  for (const app of ['grafana-agent', 'otelcol']) {
    for (const { workload } of model.tables.applications.get(app)?.units ?? [])
      assert.equal(workload.status, 'active', workload.message)
    const { jobs, dashboards, slots } = await collected(model, app, 'kv/1')
    const [job] = jobs
    assert.deepEqual(job?.static_configs[0]?.targets, ['127.0.0.1:2381'])
    assert.equal(job?.static_configs[0]?.labels.juju_unit, 'kv/1')
    assert.deepEqual(slots, [])
    const [dashboard] = dashboards
    assert.equal(dashboard?.title, 'etcd')
    assert.match(dashboard?.uid ?? '', /^[0-9a-f]{40}$/)
  }
  const { metrics, logs } = await collected(model, 'otelcol', 'kv/0')
  const all = [metrics, logs].flatMap((files) =>
    Object.values(files).flatMap(({ groups }) => groups.flatMap((group) => group.rules)),
  )
  assert.ok(all.length > 30, `${all.length} rules`)
  for (const { expr, labels, annotations } of all) {
    assert.doesNotMatch(JSON.stringify([expr, labels, annotations]), /%%/)
    assert.match(expr, /"kv"/)
    assert.equal(labels.juju_application, 'kv')
    assert.match(annotations.summary ?? '', /^[\w-]+\/kv: /)
  }
  const bags = [first, second].flatMap(({ id }) => ['kv/0', 'kv/1'].map((unit) => told(model, id, unit)))
  assert.equal(new Set(bags).size, 1)
  assert.ok((bags[0]?.length ?? 0) < 40_000, 'it goes into the databags of all collectors')
  const runs = [...(await model.updateStatus('kv')), ...(await model.settle())]
  assert.deepEqual(settings(runs), [])
  // What an older version of the charm told is replaced by the one that takes its place.
  model.tables.relations.get(second.id)?.bags.set('kv/0', { config: '{}' })
  await model.refresh('kv', archives.etcd)
  await model.settle()
  assert.equal(told(model, second.id, 'kv/0'), bags[0])
  model.removeRelation(first.id)
  await model.settle()
  assert.equal(told(model, second.id, 'kv/0'), bags[0])
  assert.deepEqual(
    model.tables.journal.filter((run) => run.exit !== 0),
    [],
  )
})

test('a hook that is killed while it tells a collector is run again, and tells it', { skip }, async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd })
  await model.deploy('otelcol', { archive: collector })
  await model.settle()
  const killed = killEverywhere(model)
  const { id } = model.integrate('etcd:cos-agent', 'otelcol:cos-agent')
  await model.settle()
  assert.ok(killed.steps.has('collector/tell'))
  assert.ok(killed.kills > 2, `${killed.kills} kills`)
  assert.match(told(model, id, 'etcd/0') ?? '', /"metrics_alert_rules"/)
  assert.equal((await collected(model, 'otelcol', 'etcd/0')).jobs.length, 1)
})

for (const profile of ['3.6', '4.0'] as const)
  test(`a relation that ends while a collector is told holds up nobody, on Juju ${profile}`, {
    skip,
  }, async () => {
    await using model = await openWorld({ profile })
    await model.deploy('etcd', { archive: archives.etcd })
    await model.deploy('otelcol', { archive: collector })
    await model.settle()
    const { id } = model.integrate('etcd:cos-agent', 'otelcol:cos-agent')
    let ended = false
    model.killHooks((unit, tool) => {
      if (unit !== 'etcd/0' || tool !== 'relation-set' || ended) return false
      ended = true
      model.removeRelation(id)
      return false
    })
    await model.settle()
    assert.ok(ended)
    assert.deepEqual(model.tables.applications.get('otelcol')?.units, [])
    assert.equal(model.unit('etcd/0').agent, 'idle')
    assert.deepEqual(model.unit('etcd/0').workload, { status: 'active', message: '' })
  })
