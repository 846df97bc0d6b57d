// docs/reference, made from what it tells of: options, actions and endpoints from their YAML files, statuses and refusals from the
// sources. A page that is old is red; FIX=1 writes.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import * as z from 'zod/mini'
import { refusals } from '../src/charm/plan/clients/refusals.ts'
import { printStatuses, statusesIn } from './status-catalogue.ts'

const described = { description: z._default(z.string(), '') }
const options = z.object({
  options: z.record(
    z.string(),
    z.object({
      ...described,
      type: z.string(),
      default: z.optional(z.union([z.string(), z.number(), z.boolean()])),
    }),
  ),
})
const param = z.object({
  ...described,
  type: z._default(z.string(), 'string'),
  default: z.optional(z.unknown()),
})
const actions = z.record(
  z.string(),
  z.object({ ...described, params: z._default(z.record(z.string(), param), {}) }),
)
const endpoints = z._default(
  z.record(z.string(), z.object({ interface: z.string(), limit: z.optional(z.number()), ...described })),
  {},
)
const metadata = z.object({
  peers: endpoints,
  provides: endpoints,
  requires: endpoints,
  storage: z.record(
    z.string(),
    z.object({ ...described, type: z.string(), location: z.optional(z.string()) }),
  ),
  resources: z.record(z.string(), z.object({ ...described, filename: z.string() })),
})

const pinned = z.object({
  etcd: z.string(),
  snap: z.object({ channel: z.string(), revisions: z.record(z.string(), z.number()) }),
})

type Cells = readonly string[]

function table(header: Cells, rows: readonly Cells[]): string {
  const line = (cells: Cells): string =>
    `| ${cells.map((cell) => cell.trim().replaceAll('|', '\\|').replace(/\s+/g, ' ') || '–').join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}

function read(file: string): unknown {
  return parse(readFileSync(file, 'utf8'))
}

function printOptions(): string {
  const rows = Object.entries(options.parse(read('config.yaml')).options).map(([name, row]) => [
    `\`${name}\``,
    row.type,
    row.default === undefined || row.default === '' ? '' : `\`${row.default}\``,
    row.description,
  ])
  return `An option that is invalid blocks the unit, is named in its status with the remedy, and the setting before stays in force.\n\n${table(['Option', 'Type', 'Default', 'Effect'], rows)}`
}

function printActions(): string {
  return Object.entries(actions.parse(read('actions.yaml')))
    .map(([name, { description, params }]) => {
      const rows = Object.entries(params).map(([key, row]) => [
        `\`${key}\``,
        row.type,
        row.default === undefined ? '' : `\`${row.default}\``,
        row.description,
      ])
      const told = rows.length > 0 ? `\n\n${table(['Parameter', 'Type', 'Default', 'Effect'], rows)}` : ''
      return `## ${name}\n\n${description.trim()}${told}`
    })
    .join('\n\n')
}

function printEndpoints(): string {
  const { peers, provides, requires, storage, resources } = metadata.parse(read('metadata.yaml'))
  const rows = Object.entries({ provides, requires, peers }).flatMap(([role, of]) =>
    Object.entries(of).map(([name, row]) => [`\`${name}\``, role, `\`${row.interface}\``, row.description]),
  )
  const stores = Object.entries(storage).map(([name, row]) => [
    `\`${name}\``,
    row.type,
    row.location ?? '',
    row.description,
  ])
  const files = Object.entries(resources).map(([name, row]) => [`\`${name}\``, row.filename, row.description])
  return [
    table(['Endpoint', 'Role', 'Interface', ''], rows),
    `## Storage\n\n${table(['Storage', 'Type', 'Location', ''], stores)}`,
    `## Resources\n\n${table(['Resource', 'File', ''], files)}`,
  ].join('\n\n')
}

function printWorkload(): string {
  const { etcd, snap } = pinned.parse(read('workload.yaml'))
  const rows = Object.entries(snap.revisions).map(([architecture, revision]) => [
    architecture,
    etcd,
    String(revision),
    `\`${snap.channel}\``,
  ])
  return `What this revision of the charm was tested with, and what every unit runs where no tarball is attached and etcd-snap-revision is 0. A
new unit takes the channel's newest where the store has withdrawn the revision.\n\n${table(['Architecture', 'etcd', 'Revision of the snap charmed-etcd', 'Channel'], rows)}`
}

function printRefusals(): string {
  const rows = Object.values(refusals)
    .toSorted((a, b) => a.code - b.code)
    .map(({ code, message, resolution }) => [String(code), message, resolution])
  return `What a requirer finds under \`status\` of its relation, and \`juju status\` beside the relation's name. 4xxx passes by itself or waits for
a part that is missing; 5xxx needs somebody to mend something.\n\n${table(['Code', 'Message', 'Remedy'], rows)}`
}

function printSources(): string {
  const files = readdirSync('src/charm', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('refusals.ts'))
    .sort()
  return printStatuses(
    files.flatMap((name) => statusesIn(readFileSync(`src/charm/${name}`, 'utf8'))),
    table,
  )
}

const pages: readonly (readonly [name: string, title: string, source: string, body: () => string])[] = [
  ['options', 'Options', 'config.yaml', printOptions],
  ['actions', 'Actions', 'actions.yaml', printActions],
  ['endpoints', 'Endpoints, storage and resources', 'metadata.yaml', printEndpoints],
  ['statuses', 'Statuses', 'src/charm', printSources],
  ['workload', 'The pinned etcd', 'workload.yaml', printWorkload],
  ['refusals', 'Refusals', 'src/charm/plan/clients/refusals.ts', printRefusals],
]

if (import.meta.main) {
  const old = pages.filter(([name, title, source, body]) => {
    const page = `docs/reference/${name}.md`
    const wanted = `# ${title}\n\n<!-- Made by scripts/reference.ts from ${source}: \`make docs FIX=1\` writes it. -->\n\n${body()}\n`
    if (process.env.FIX) writeFileSync(page, wanted)
    return !process.env.FIX && readFileSync(page, 'utf8') !== wanted
  })
  for (const [name] of old) console.error(`docs/reference/${name}.md is old; make docs FIX=1 writes it`)
  process.exit(old.length > 0 ? 1 : 0)
}
