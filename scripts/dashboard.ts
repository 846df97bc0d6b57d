// The dashboard for Grafana, made of what src/observability/dashboard.yaml says of each panel: place, data source, and the matchers of the
// variables are the same for all, and no panel can lack them.

import * as z from 'zod/mini'
import { within } from './promql.ts'

const query = z.object({ expr: z.string(), legend: z._default(z.string(), '') })
const step = z.object({ from: z.optional(z.number()), colour: z.string() })
const panelSchema = z.object({
  title: z.string(),
  /** What it means, and what to do about it. */
  description: z.string(),
  type: z._default(z.enum(['timeseries', 'stat', 'state-timeline', 'logs']), 'timeseries'),
  unit: z._default(z.string(), 'short'),
  /** Of 24 columns. */
  width: z._default(z.number(), 8),
  height: z._default(z.number(), 7),
  steps: z.optional(z.array(step)),
  words: z.optional(z.record(z.string(), z.string())),
  queries: z.array(query),
})
const schema = z.object({
  title: z.string(),
  description: z.string(),
  version: z.number(),
  rows: z.array(z.object({ title: z.string(), panels: z.array(panelSchema) })),
})
export type Panel = z.infer<typeof panelSchema>

/** Each is chosen among what etcd itself exports. Units of two applications may bear one name, so one application is shown at a time. */
const ofApplication = ['juju_model', 'juju_model_uuid', 'juju_application']
const ofUnit = 'juju_unit'

function matchersOf(names: readonly string[]): string {
  return names.map((name) => `${name}="$${name}"`).join(',')
}

export function parseDashboard(source: unknown): z.infer<typeof schema> {
  return schema.parse(source)
}

export function expressionOf({ type }: Panel, expr: string): string {
  if (type === 'logs') return expr
  return within(expr, `${matchersOf(ofApplication)},${ofUnit}=~"$${ofUnit}"`)
}

export function printDashboard(source: unknown): Record<string, unknown> {
  const { title, description, version, rows } = parseDashboard(source)
  let [id, y] = [0, 0]
  const panels = rows.flatMap(({ title: row, panels: inRow }) => {
    id += 1
    const header = {
      id,
      type: 'row',
      title: row,
      collapsed: false,
      gridPos: { x: 0, y, w: 24, h: 1 },
      panels: [],
    }
    y += 1
    let [x, tallest] = [0, 0]
    const placed = inRow.map((panel) => {
      if (x + panel.width > 24) [x, y, tallest] = [0, y + tallest, 0]
      id += 1
      const found = printPanel(panel, id, { x, y, w: panel.width, h: panel.height })
      x += panel.width
      tallest = Math.max(tallest, panel.height)
      return found
    })
    y += tallest
    return [header, ...placed]
  })
  return {
    title,
    description,
    version,
    schemaVersion: 38,
    editable: true,
    graphTooltip: 1,
    refresh: '1m',
    time: { from: 'now-3h', to: 'now' },
    timezone: 'utc',
    templating: { list: [...sources, ...[...ofApplication, ofUnit].map(printVariable)] },
    annotations: { list: [] },
    links: [],
    panels,
  }
}

/** Named as the field's Grafana names them, which fills them in. */
const sources = [
  { name: 'prometheusds', label: 'Prometheus', type: 'datasource', query: 'prometheus' },
  { name: 'lokids', label: 'Loki', type: 'datasource', query: 'loki' },
].map((row) => ({ ...row, hide: 0, current: {}, options: [], refresh: 1, regex: '', includeAll: false }))

function printVariable(name: string, at: number): Record<string, unknown> {
  const narrowed = matchersOf(ofApplication.slice(0, at))
  const several =
    name === ofUnit
      ? {
          includeAll: true,
          allValue: '.+',
          multi: true,
          current: { selected: true, text: 'All', value: '$__all' },
        }
      : { includeAll: false, multi: false, current: {} }
  return {
    name,
    label: name,
    type: 'query',
    datasource: { type: 'prometheus', uid: `\${prometheusds}` },
    query: {
      query: `label_values(etcd_cluster_version${narrowed && `{${narrowed}}`}, ${name})`,
      refId: name,
    },
    refresh: 2,
    sort: 1,
    hide: 0,
    options: [],
    regex: '',
    ...several,
  }
}

function printPanel(panel: Panel, id: number, gridPos: Record<string, number>): Record<string, unknown> {
  const { title, description, type, unit, steps, words, queries } = panel
  const datasource =
    type === 'logs' ? { type: 'loki', uid: `\${lokids}` } : { type: 'prometheus', uid: `\${prometheusds}` }
  const mappings = words
    ? [
        {
          type: 'value',
          options: Object.fromEntries(Object.entries(words).map(([value, text]) => [value, { text }])),
        },
      ]
    : []
  return {
    id,
    type,
    title,
    description,
    gridPos,
    datasource,
    targets: queries.map(({ expr, legend }, at) => ({
      refId: String.fromCharCode(65 + at),
      datasource,
      expr: expressionOf(panel, expr),
      legendFormat: legend,
      ...(type === 'stat' && { instant: true, range: false }),
    })),
    ...(type !== 'logs' && {
      fieldConfig: { defaults: { unit, mappings, ...printSteps(steps), ...look(type) }, overrides: [] },
    }),
    options: optionsOf(type),
  }
}

function printSteps(steps: Panel['steps']): Record<string, unknown> {
  if (!steps) return { color: { mode: 'palette-classic' } }
  const printed = steps.map(({ from, colour }) => ({ value: from ?? null, color: colour }))
  return { color: { mode: 'thresholds' }, thresholds: { mode: 'absolute', steps: printed } }
}

function look(type: Panel['type']): Record<string, unknown> {
  if (type === 'timeseries') return { custom: { lineWidth: 1, fillOpacity: 5, showPoints: 'never' }, min: 0 }
  return type === 'state-timeline' ? { custom: { fillOpacity: 70, lineWidth: 0 } } : {}
}

function optionsOf(type: Panel['type']): Record<string, unknown> {
  switch (type) {
    case 'stat':
      return {
        colorMode: 'background',
        graphMode: 'none',
        reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      }
    case 'logs':
      return { showTime: true, wrapLogMessage: true, sortOrder: 'Descending', enableLogDetails: true }
    case 'state-timeline':
      return { showValue: 'never', legend: { showLegend: true, displayMode: 'list', placement: 'bottom' } }
    case 'timeseries':
      return {
        legend: { showLegend: true, displayMode: 'list', placement: 'bottom' },
        tooltip: { mode: 'multi', sort: 'desc' },
      }
    default:
      return type satisfies never
  }
}
