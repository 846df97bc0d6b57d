// What the charm tells collectors, made ready when it is packed: nothing of it depends on the model but the names in it, which the
// charm fills in. `dist/observability.json` is that text.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import * as z from 'zod/mini'
import { holes, type Telemetry } from '../src/interfaces/cos-agent.ts'
import { printDashboard } from './dashboard.ts'
import { printLogRules } from './log-rules.ts'
import { within } from './promql.ts'

const folder = 'src/observability'
export const runbook = 'https://github.com/etcd-charm/etcd-operator/blob/main/docs/how-to/answer-an-alert.md'
const charm = z.object({ name: z.string() }).parse(read('metadata.yaml')).name

export const topology = {
  juju_model: holes.model,
  juju_model_uuid: holes.modelUuid,
  juju_application: holes.application,
}

const alert = {
  alert: z.string(),
  for: z.string(),
  severity: z.enum(['warning', 'critical']),
  summary: z.string(),
}
const metricsGroups = z.object({
  groups: z.array(z.object({ name: z.string(), rules: z.array(z.object({ ...alert, expr: z.string() })) })),
})

export type Rule = {
  readonly alert: string
  readonly expr: string
  readonly for: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export type Groups = {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[]
}

function read(file: string): unknown {
  return parse(readFileSync(file, 'utf8'))
}

/** As the field's library names them: so that whoever gathers rules knows that this group has its topology. */
function nameGroup(name: string): string {
  return `${holes.model}_${holes.modelUuidShort}_${holes.application}_${name}_rules`
}

type Described = Pick<z.infer<typeof metricsGroups>['groups'][number]['rules'][number], keyof typeof alert>

function describeRule(rule: Described, expr: string): Rule {
  return {
    alert: rule.alert,
    expr,
    for: rule.for,
    labels: { severity: rule.severity, ...topology, juju_charm: charm },
    annotations: {
      summary: `${holes.model}/${holes.application}: ${rule.summary}`,
      runbook_url: `${runbook}#${rule.alert.toLowerCase()}`,
    },
  }
}

export function printMetricsRules(): Groups {
  const matchers = Object.entries(topology)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')
  const { groups } = metricsGroups.parse(read(`${folder}/metrics-alerts.yaml`))
  return {
    groups: groups.map(({ name, rules }) => ({
      name: nameGroup(name),
      rules: rules.map((rule) => describeRule(rule, within(rule.expr, matchers))),
    })),
  }
}

export function logRules(): Groups {
  return printLogRules(read(`${folder}/log-alerts.yaml`), nameGroup, describeRule)
}

/** The uid as the field's library makes it, of charm and path: Grafana knows a dashboard by it. */
export function dashboard(): Record<string, unknown> {
  const uid = createHash('shake256', { outputLength: 20 })
    .update(`${charm}-${folder}/dashboard.yaml`)
    .digest('hex')
  return { ...printDashboard(read(`${folder}/dashboard.yaml`)), uid, tags: ['etcd', `charm: ${charm}`] }
}

/** Of gRPC's histograms, hundreds of series a member, only those that something looks at. */
const unread = {
  source_labels: ['__name__', 'grpc_service'],
  regex: 'grpc_server_handling_seconds_.*;(etcdserverpb.(Auth|Cluster|Maintenance|Watch)|grpc.health.*)',
  action: 'drop',
}

/** As the field's library reads it. The same bytes for the same text: in one thread, and without a time in it. */
function compress(text: string): string {
  try {
    const flags = ['-9e', '--threads=1', '--check=crc32', '--stdout']
    return execFileSync('xz', flags, { input: text }).toString('base64')
  } catch (cause) {
    throw new Error('xz does not run, and the dashboard is compressed by it; install xz-utils', { cause })
  }
}

export function printTelemetry(): Telemetry {
  return {
    metrics_alert_rules: printMetricsRules(),
    log_alert_rules: logRules(),
    dashboards: [compress(JSON.stringify(dashboard()))],
    metrics_scrape_jobs: [
      {
        job_name: `${holes.application}_etcd`,
        metrics_path: '/metrics',
        static_configs: [{ targets: ['127.0.0.1:2381'] }],
        metric_relabel_configs: [unread],
      },
    ],
    log_slots: [],
  }
}
