// What `juju` prints of a model of the emulator, in Juju's shapes (tests/unit/driver/output).

import type { Profile, Unit } from '../../../emulator/model/state.ts'
import type { Running } from './open-front.ts'

const versions = { '3.6': '3.6.26', '4.0': '4.0.15' } as const

export function printStatus({ model: { tables }, busy }: Running): object {
  const units = [...tables.applications.values()].flatMap((app) => app.units)
  const agent = { current: busy() ? 'executing' : 'idle', since: `after hook ${tables.journal.length}` }
  const print = (unit: Unit): object => ({
    'workload-status':
      unit.agent === 'error' ? { current: 'error', message: 'hook failed' } : said(unit.workload),
    'juju-status': agent,
    ...(unit.app.leader === unit.name && { leader: true }),
    machine: unit.machine,
    'open-ports': [...unit.ports],
    'public-address': unit.host.address,
  })
  const applications = [...tables.applications.values()].map((app) => {
    const shown = app.status.status === 'unset' ? (app.units[0]?.workload ?? app.status) : app.status
    const rows = Object.fromEntries(app.units.map((unit) => [unit.name, print(unit)]))
    const named = { 'charm-name': app.charm.name, version: app.version, exposed: false }
    return [app.name, { ...named, 'application-status': said(shown), units: rows }] as const
  })
  return {
    model: { name: tables.name, version: versions[tables.profile] },
    machines: Object.fromEntries(
      units.map((unit) => [unit.machine, { 'juju-status': { current: 'started' } }]),
    ),
    applications: Object.fromEntries(applications),
  }
}

function said({ status, message }: { status: string; message: string }): object {
  return { current: status, ...(message && { message }) }
}

/** Seen on 4.0.14: there it is the unit's own application whose bag is shown. */
function shownApp(profile: Profile, own: string, other: string): string {
  return profile === '4.0' ? own : other
}

/** Relations in which nobody has written are shown only where an endpoint is asked for. */
export function printUnits(
  { model }: Running,
  names: readonly string[],
  endpoint: string | undefined,
): object {
  const relationsOf = (unit: Unit): readonly object[] =>
    [...model.tables.relations.values()].flatMap(({ id, ends, bags, dying }) => {
      const own = ends.find((end) => end.app === unit.app.name)
      if (!own || dying || (endpoint !== undefined && own.endpoint !== endpoint)) return []
      const other = ends.find((end) => end !== own) ?? own
      const remote = model.tables.applications.get(other.app)?.units ?? []
      const related = remote.filter(({ name }) => name !== unit.name && bags.has(name))
      if (endpoint === undefined && bags.size === 0) return []
      return [
        {
          'relation-id': id,
          endpoint: own.endpoint,
          'related-endpoint': other.endpoint,
          'application-data': bags.get(shownApp(model.tables.profile, own.app, other.app)) ?? {},
          'local-unit': { 'in-scope': true, data: bags.get(unit.name) ?? {} },
          'related-units': Object.fromEntries(
            related.map(({ name }) => [name, { 'in-scope': true, data: bags.get(name) }]),
          ),
        },
      ]
    })
  return Object.fromEntries(
    names.map((name) => {
      const unit = model.unit(name)
      return [name, { leader: unit.app.leader === name, 'relation-info': relationsOf(unit) }]
    }),
  )
}

export function printSecrets({ model }: Running, only?: string): object {
  const rows = [...model.tables.secrets.values()].filter(({ id }) => only === undefined || id === only)
  if (only !== undefined && rows.length === 0) throw new Error(`secret "${only}" not found`)
  return Object.fromEntries(
    rows.map(({ id, owner, label, latest, revisions }) => [
      id,
      { revision: latest, owner, label, ...(only && { content: { Data: revisions.get(latest) } }) },
    ]),
  )
}

export function printStorage({ model }: Running): object {
  const units = [...model.tables.applications.values()].flatMap((app) => app.units)
  const rows = units.flatMap(({ name, storage }) =>
    [...storage.keys()].map((id) => [id, { attachments: { units: { [name]: { life: 'alive' } } } }] as const),
  )
  return { storage: Object.fromEntries(rows) }
}
