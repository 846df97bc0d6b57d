// The emulated model as text of at most 80 columns: a table like that of `juju status`, databags, and the keys of secrets.

import type { Model } from '../tests/emulator/index.ts'

type Rows = readonly (readonly string[])[]

/** Columns as wide as their widest cell; the last one is cut at the terminal's edge. */
function table(rows: Rows, width = 80): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()
        .slice(0, width),
    )
    .join('\n')
}

export function showStatus({ tables }: Model): string {
  const apps = [...tables.applications.values()]
  const relations = [...tables.relations.values()].filter((relation) => !relation.dying)
  const end = (relation: (typeof relations)[number], role: string): string =>
    relation.ends
      .filter((row) => row.role === role)
      .map((row) => `${row.app}:${row.endpoint}`)
      .join()
  const related = relations
    .filter((relation) => relation.ends.length > 1)
    .map((relation) => [end(relation, 'provides'), end(relation, 'requires'), String(relation.id)])
  return [
    table([
      ['App', 'Version', 'Status', 'Message'],
      // An application that never set its status shows its unit's.
      ...apps.map((app) => {
        const { status, message } =
          app.status.status === 'unset' ? (app.units[0]?.workload ?? app.status) : app.status
        return [app.name, app.version, status, message]
      }),
    ]),
    table([
      ['Unit', 'Workload', 'Address', 'Ports', 'Message'],
      ...apps
        .flatMap((app) => app.units)
        .map((unit) => [
          unit.app.leader === unit.name ? `${unit.name}*` : unit.name,
          unit.workload.status,
          unit.host.address,
          [...unit.ports].join(','),
          unit.workload.message,
        ]),
    ]),
    ...(related.length > 0 ? [table([['Provider', 'Requirer', 'Relation'], ...related])] : []),
  ].join('\n\n')
}

/** Both applications' databags, long values cut. */
export function showDatabags({ tables }: Model, id: number): string {
  const relation = tables.relations.get(id)
  const rows = (relation?.ends ?? []).flatMap(({ app }) =>
    Object.entries(relation?.bags.get(app) ?? {}).map(([key, value]) => `  ${key}: ${value}`.slice(0, 80)),
  )
  const names = (relation?.ends ?? []).map(({ app }) => app)
  return names
    .map((app) => [app, ...rows.splice(0, Object.keys(relation?.bags.get(app) ?? {}).length)].join('\n'))
    .join('\n')
}

/** Who owns which secret, who may read it, and the names of its keys: never what they hold. */
export function showSecrets({ tables }: Model): string {
  const rows = [...tables.secrets.values()].map((secret) => [
    secret.label,
    secret.owner,
    [...secret.grants.keys()].join(',') || '-',
    Object.keys(secret.revisions.get(secret.latest) ?? {}).join(', '),
  ])
  return table([['Secret', 'Owner', 'Granted', 'Keys'], ...rows])
}
