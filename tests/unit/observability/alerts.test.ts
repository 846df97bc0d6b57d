// Each alert fires where it should and where it should not it does not, by Debian's promtool; and none looks beyond its own application.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { parseLogRules, printComparison } from '../../../scripts/log-rules.ts'
import { type Groups, logRules, printMetricsRules, runbook } from '../../../scripts/observability.ts'
import { selectorsOf } from '../../../scripts/promql.ts'
import { fillIn } from '../../../src/interfaces/cos-agent.ts'
import { logCases, sample } from './log-cases.ts'
import { metricsCases } from './metrics-cases.ts'
import { promtool, skip } from './prometheus.ts'
import { model, ofAll, printSeries } from './series.ts'

const folder = mkdtempSync(join(tmpdir(), 'alerts-'))
after(() => rmSync(folder, { recursive: true }))

function fill(groups: Groups): Groups {
  return JSON.parse(fillIn(JSON.stringify(groups), model) ?? '')
}

const metrics = fill(printMetricsRules())
const logs = fill(logRules())
const rules = [...metrics.groups, ...logs.groups].flatMap((group) => group.rules)
const other = 'other'

interface Input {
  readonly name: string
  readonly input_series: readonly { readonly series: string; readonly values: string }[]
  readonly alert_rule_test: readonly Record<string, unknown>[]
}

/** Asks promtool whether of these series these alerts come. */
function ask(groups: Groups, tests: readonly Input[]): void {
  const file = join(folder, 'rules.yaml')
  writeFileSync(file, stringify(groups))
  const asked = {
    rule_files: [file],
    evaluation_interval: '1m',
    tests: tests.map((row) => ({ interval: '1m', ...row })),
  }
  writeFileSync(join(folder, 'test.yaml'), stringify(asked))
  const { ok, said } = promtool('test', 'rules', join(folder, 'test.yaml'))
  assert.ok(ok, said)
}

function expected(alertname: string, eval_time: string, found?: { labels: object; says: string }): object {
  if (!found) return { alertname, eval_time, exp_alerts: [] }
  const rule = rules.find((row) => row.alert === alertname)
  const annotations = {
    summary: `m/kv: ${found.says}`,
    runbook_url: `${runbook}#${alertname.toLowerCase()}`,
  }
  const alert = { exp_labels: { ...rule?.labels, ...found.labels }, exp_annotations: annotations }
  return { alertname, eval_time, exp_alerts: [alert] }
}

test('promtool takes all rules on metrics', { skip }, () => {
  const file = join(folder, 'checked.yaml')
  writeFileSync(file, stringify(metrics))
  const { ok, said } = promtool('check', 'rules', file)
  assert.ok(ok, said)
  assert.match(said, new RegExp(`SUCCESS: ${Object.keys(metricsCases).length} rules found`))
})

test('every alert has its cases', () => {
  const names = (groups: Groups): readonly string[] =>
    groups.groups.flatMap((group) => group.rules.map(({ alert }) => alert)).sort()
  assert.deepEqual(names(metrics), Object.keys(metricsCases).sort())
  assert.deepEqual(names(logs), Object.keys(logCases).sort())
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length)
})

for (const [alertname, { fires, at, labels, says, quiet }] of Object.entries(metricsCases)) {
  test(`${alertname} fires, and not on what is close to it`, { skip }, () => {
    ask(metrics, [
      {
        name: 'fires',
        input_series: fires.map((row) => printSeries(row)),
        alert_rule_test: [{ ...expected(alertname, at, { labels, says }) }],
      },
      {
        name: 'quiet',
        input_series: quiet.map((row) => printSeries(row)),
        alert_rule_test: [{ ...expected(alertname, at) }],
      },
    ])
  })
  test(`${alertname} is no alert of another application`, { skip }, () => {
    const own = alertname === 'EtcdMetricsMissing' ? ofAll('up', '1x300') : []
    ask(metrics, [
      {
        name: 'foreign',
        input_series: [...fires.map((row) => printSeries(row, other)), ...own.map((row) => printSeries(row))],
        alert_rule_test: [{ ...expected(alertname, at) }],
      },
    ])
  })
}

const ofLogs = parseLogRules(parse(readFileSync('src/observability/log-alerts.yaml', 'utf8')))

/** With Prometheus' samples in the place of Loki's. */
const asMetrics: Groups = {
  groups: logs.groups.map((group, at) => ({
    ...group,
    rules: group.rules.map((rule, place) => {
      const source = ofLogs.groups[at]?.rules[place]
      assert.ok(source)
      const samples = (name: string, window: string): string => `${name}{application="kv"}[${window}]`
      const expr =
        'silent' in source
          ? `absent_over_time(${samples('line', source.silent)})`
          : printComparison(source, samples(source.field, '70m'), 'outside')
      return { ...rule, expr }
    }),
  })),
}

for (const [alertname, { values, at, says, quiet }] of Object.entries(logCases))
  test(`${alertname} fires on what lines say, and not on what is close to it`, { skip }, () => {
    const source = ofLogs.groups.flatMap((group) => group.rules).find((row) => row.alert === alertname)
    assert.ok(source)
    const name = 'silent' in source ? 'line' : source.field
    const byUnit = !('silent' in source) && !source.leader
    const labels = byUnit ? { unit: 'kv/0' } : { application: 'kv' }
    const tests = (['fires', 'quiet'] as const).map((kind) => ({
      name: kind,
      input_series: [sample(name, kind === 'fires' ? values : quiet, 'kv'), sample(name, values, other)],
      alert_rule_test: [{ ...expected(alertname, at, kind === 'fires' ? { labels, says } : undefined) }],
    }))
    ask(asMetrics, tests)
  })

test('every selector is within the application, and no window is shorter than four looks of a collector', () => {
  for (const { alert, expr } of metrics.groups.flatMap((group) => group.rules)) {
    const selectors = selectorsOf(expr)
    assert.ok(selectors.length > 0, alert)
    for (const { metric, matchers } of selectors) {
      assert.match(metric, /^(etcd|grpc|process)_|^up$/, alert)
      const own = `juju_model="m",juju_model_uuid="${model.modelUuid}",juju_application="kv"`
      assert.ok(matchers.startsWith(own), `${alert}: ${metric}{${matchers}}`)
    }
    for (const [, minutes = ''] of expr.matchAll(/\[(\d+)m\]/g))
      assert.ok(Number(minutes) >= 4, `${alert}: ${minutes}m`)
    assert.doesNotMatch(expr, /\[\d+s\]|job/, alert)
  }
})

test('every rule on lines selects the model, and takes the lines of this application alone', () => {
  for (const { alert, expr } of logs.groups.flatMap((group) => group.rules)) {
    const begins = `{juju_model="m",juju_model_uuid="${model.modelUuid}"} |= \`{"charm":"etcd",\` | json | application="kv"`
    assert.equal(expr.split(begins).length, 2, `${alert}: ${expr}`)
    assert.equal(expr.split('{juju').length, 2, alert)
  }
})

test('every alert names model and application, says how grave it is, and has a page', () => {
  const page = readFileSync('docs/how-to/answer-an-alert.md', 'utf8')
  const anchors = new Set([...page.matchAll(/^## (\S+)$/gm)].map(([, title = '']) => title))
  for (const { alert, labels, annotations } of rules) {
    assert.match(labels.severity ?? '', /^(warning|critical)$/, alert)
    assert.match(annotations.summary ?? '', /^m\/kv: /, alert)
    assert.equal(annotations.runbook_url, `${runbook}#${alert.toLowerCase()}`)
    assert.ok(anchors.delete(alert), `${alert} has no page in docs/how-to/answer-an-alert.md`)
  }
  assert.deepEqual([...anchors], [], 'pages of alerts that are not there')
})
