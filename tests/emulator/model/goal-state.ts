// goal-state: the units that Juju plans to have, and those at the other ends, with their true statuses (facts/juju.md §2.15).

import { unitsAt } from './cross-model.ts'
import { json, parseFlags, type Tool, ToolFailure } from './hook-context.ts'
import { endOf, type Relation, remoteOf, type Tables, type Unit } from './state.ts'

interface Goal {
  readonly status: string
  readonly since: string
}

export const goalState: Tool = ({ context, args }) => {
  parseFlags(args, {}, 0)
  if (/--format[= ]smart/.test(args.join(' ')))
    throw new ToolFailure('invalid value "smart" for option --format: unknown format "smart"', 2)
  const { app } = context.unit
  return json({
    units: Object.fromEntries(app.units.map(goalOf)),
    relations: relationsOf(context.tables, app.name),
  })
}

function goalOf(unit: Unit): readonly [string, Goal] {
  return [unit.name, { status: unit.dying ? 'dying' : unit.workload.status, since: now() }]
}

function now(): string {
  return new Date().toISOString().replace('T', ' ').replace(/\.\d+/, '')
}

/** By endpoint; no peers, and of other models no units. */
function relationsOf(tables: Tables, app: string): Readonly<Record<string, Record<string, Goal>>> {
  const found: Record<string, Record<string, Goal>> = {}
  for (const relation of tables.relations.values()) {
    if (relation.ends.length < 2 || !relation.ends.some((end) => end.app === app)) continue
    // 4.0 tells the offering side nothing of its consumers.
    if (tables.profile === '4.0' && relation.across?.offers) continue
    const remote = remoteOf(relation, app)
    const { endpoint } = endOf(relation, app)
    const units = relation.across ? [] : unitsAt(tables, relation, remote).map(({ unit }) => goalOf(unit))
    found[endpoint] = { ...found[endpoint], [remote]: lifeOf(relation), ...Object.fromEntries(units) }
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function lifeOf({ suspended }: Relation): Goal {
  return { status: suspended ? 'suspended' : 'joined', since: now() }
}
