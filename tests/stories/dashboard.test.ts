// On the emulator alone: Prometheus runs beside the test and looks through a door into each machine, where the metrics are on loopback.
// What the dashboard and the alerts ask of Prometheus, asked of a real one that looks at three members at work: nothing is an error, and
// nothing is empty that has something to show.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import * as z from 'zod/mini'
import { expressionOf, parseDashboard } from '../../scripts/dashboard.ts'
import { printMetricsRules, printTelemetry } from '../../scripts/observability.ts'
import { selectorsOf } from '../../scripts/promql.ts'
import { fillIn } from '../../src/interfaces/cos-agent.ts'
import type { Model } from '../emulator/index.ts'
import { prometheus, promtool, skip } from '../unit/observability/prometheus.ts'
import { adminEnvironment } from './driver/etcd-on-a-unit.ts'
import { workloadOf } from '../../src/machine/workload.ts'
import { archives, openWorld } from './world.ts'

const units = ['kv/0', 'kv/1', 'kv/2']
const topology = { model: 'm', modelUuid: '5f0a2c6e-0000-4000-8000-000000000000', application: 'kv' }

/** A little of everything that etcd measures. */
const work = `set -e
lease=$("$0" lease grant 60 | cut -d ' ' -f 2)
"$0" watch /a/ --prefix >/dev/null & watch=$!
"$0" lease keep-alive "$lease" >/dev/null & alive=$!
while [ ! -e /tmp/enough ]; do
  "$0" put /a/1 1; "$0" get /a/ --prefix --limit 5; "$0" del /a/1
done >/dev/null
kill $watch $alive`

function startWork(model: Model): () => Promise<void> {
  const { host } = model.unit('kv/0')
  const workload = workloadOf('snap')
  const env = { PATH: '/usr/bin:/bin', ...adminEnvironment(host.address, workload) }
  const { ended } = host.spawn(['sh', '-c', work, workload.paths.etcdctl], { env })
  return async () => {
    await host.run(['touch', '/tmp/enough'])
    const { code, stderr } = await ended
    assert.equal(code, 0, stderr)
  }
}

/** What stands for the collector of a unit: it asks on the unit's own machine. */
async function openDoor(t: TestContext, model: Model, unit: string): Promise<string> {
  const { host } = model.unit(unit)
  const server = createServer((_, answer) => {
    host.run(['curl', '-s', 'http://127.0.0.1:2381/metrics']).then(
      ({ stdout }) => answer.setHeader('content-type', 'text/plain').end(stdout),
      () => answer.destroy(),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  return `127.0.0.1:${address.port}`
}

/** The charm's own scrape job, once for each unit, with the labels that the reader of the field adds. */
async function configure(t: TestContext, model: Model, folder: string): Promise<string> {
  const [job] = printTelemetry().metrics_scrape_jobs
  const jobs = await Promise.all(
    units.map(async (unit, at) => ({
      ...job,
      job_name: `kv_etcd_${at}`,
      scrape_interval: '1s',
      static_configs: [
        {
          targets: [await openDoor(t, model, unit)],
          labels: {
            juju_model: topology.model,
            juju_model_uuid: topology.modelUuid,
            juju_application: topology.application,
            juju_unit: unit,
          },
        },
      ],
    })),
  )
  const file = join(folder, 'prometheus.yml')
  const rules = fillIn(JSON.stringify(printMetricsRules()), topology) ?? ''
  await writeFile(join(folder, 'rules.yml'), stringify(JSON.parse(rules)))
  await writeFile(file, stringify({ rule_files: ['rules.yml'], scrape_configs: jobs }))
  return file
}

const answered = z.object({
  status: z.string(),
  error: z.optional(z.string()),
  data: z.optional(z.object({ result: z.array(z.unknown()) })),
})

async function openPrometheus(t: TestContext, model: Model): Promise<(query: string) => Promise<number>> {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const file = await configure(t, model, folder)
  const { ok, said } = promtool('check', 'config', file)
  assert.ok(ok, said)
  const at = '127.0.0.1:39090'
  const flags = [`--config.file=${file}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=${at}`]
  const child = spawn(`${prometheus}/prometheus`, flags, { stdio: 'ignore' })
  const exit = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await exit
  })
  /** How many series the answer has. */
  return async (query) => {
    const body = new URLSearchParams({ query })
    const answer = await fetch(`http://${at}/api/v1/query`, { method: 'POST', body })
    const { status, error, data } = answered.parse(await answer.json())
    assert.equal(status, 'success', `${query}: ${error}`)
    return data?.result.length ?? 0
  }
}

async function untilLookedAt(query: (text: string) => Promise<number>): Promise<void> {
  for (let tries = 0; tries < 120; tries += 1) {
    const found = await query('count_over_time(etcd_server_has_leader[5m]) > 12').catch(() => 0)
    if (found === units.length) return
    await sleep(500)
  }
  assert.fail('Prometheus has not looked at all members')
}

/** These have nothing to show while all is well: no learner was ever refused, and no request failed. */
const maybeEmpty = (metric: string, matchers: string): boolean =>
  metric === 'etcd_server_learner_promote_failures' || matchers.includes('grpc_code')

test('every panel and every alert finds what it asks for', { skip }, async (t) => {
  await using model = await openWorld({ parallel: 3 })
  await model.deploy('kv', { archive: archives.etcd, units: 3 })
  await model.settle()
  const query = await openPrometheus(t, model)
  const finish = startWork(model)
  await untilLookedAt(query)
  const empty: string[] = []
  const { groups } = printMetricsRules()
  for (const { alert, expr } of groups.flatMap((group) => group.rules)) {
    const filled = fillIn(expr, topology) ?? ''
    assert.equal(await query(filled), 0, `${alert} fires over members that are well`)
    for (const { metric, matchers } of selectorsOf(filled))
      if (!maybeEmpty(metric, matchers) && (await query(`${metric}{${matchers}}`)) === 0)
        empty.push(`${alert}: ${metric}{${matchers}}`)
  }
  const source = parse(await readFile('src/observability/dashboard.yaml', 'utf8'))
  const panels = parseDashboard(source).rows.flatMap((row) => row.panels)
  for (const panel of panels.filter(({ type }) => type !== 'logs'))
    for (const { expr } of panel.queries) {
      const filled = expressionOf(panel, expr)
        .replaceAll('$juju_model_uuid', topology.modelUuid)
        .replaceAll('$juju_model', topology.model)
        .replaceAll('$juju_application', topology.application)
        .replaceAll('$juju_unit', '.+')
      assert.doesNotMatch(filled, /\$/)
      if ((await query(filled)) === 0) empty.push(`${panel.title}: ${filled}`)
    }
  assert.equal(
    await query('etcd_cluster_version{juju_unit=~".+"}'),
    units.length,
    'the variables are chosen by it',
  )
  await finish()
  assert.deepEqual(empty, [])
  t.diagnostic(
    `${panels.length} panels and ${groups.flatMap((group) => group.rules).length} alerts were asked for`,
  )
  const histograms = await query('count by (grpc_service) (grpc_server_handling_seconds_count)')
  assert.equal(histograms, 2, 'of the histograms the job keeps those of keys and of leases')
})
