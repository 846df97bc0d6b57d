// When a real model has nothing to do: no agent runs a hook, nothing is on its way in or out, and nothing has changed for a
// while. Juju itself has no such word; an agent calls itself idle two seconds after its last hook.

import type { JujuStatus, StatusInfo, UnitRow } from './juju-json.ts'

const gone: ReadonlySet<string> = new Set(['dying', 'dead'])

/** In words, one for each thing that is still under way. */
export function underWay(status: JujuStatus): readonly string[] {
  const leaving = [...entries(status.applications), ...entries(status['application-endpoints'])]
    .filter(([, row]) => gone.has(row.life ?? ''))
    .map(([name]) => `${name} is being removed`)
  const machines = entries(status.machines)
    .filter(([, row]) => row['juju-status']?.current !== 'started')
    .map(([id, row]) => `machine ${id} is ${say(row['juju-status'])}`)
  const units = unitRows(status)
    .filter(([, row]) => row['juju-status']?.current !== 'idle')
    .map(([name, row]) => `${name} is ${say(row['juju-status'])}`)
  return [...leaving, ...machines, ...units]
}

/** Units whose hook failed: the models of stories don't retry hooks, so that none fails unseen. */
export function failures(status: JujuStatus): readonly string[] {
  return rowsInError(status).map(([name, row]) => `${name}: ${row['workload-status']?.message ?? 'error'}`)
}

export function unitsInError(status: JujuStatus): readonly string[] {
  return rowsInError(status).map(([name]) => name)
}

function rowsInError(status: JujuStatus): readonly (readonly [string, UnitRow])[] {
  return unitRows(status).filter(([, row]) => row['workload-status']?.current === 'error')
}

/**
 * Whether the unit's last failed hook was ended by Juju's agent, and not by the charm: 4.0.14 shuts its uniter down where a storage goes
 * while a hook runs, which then can't be committed. Juju retries such a hook by itself, where its models retry hooks.
 *
 * @param log what `juju debug-log` says of this unit
 */
export function wasEndedByAgent(log: string): boolean {
  const ends = [...log.matchAll(/ hook "[\w-]+" .*failed: (.+)$/gm)]
  return ends.at(-1)?.[1] === 'context canceled'
}

/** Changes whenever a status does, or is set again. */
export function fingerprint(status: JujuStatus): string {
  const apps = entries(status.applications).map(([name, row]) => [name, row['application-status']])
  const units = unitRows(status).map(([name, row]) => [name, row['workload-status'], row['juju-status']])
  return JSON.stringify([apps, units, Object.keys(status.machines)])
}

export function unitRows({ applications }: JujuStatus): readonly (readonly [string, UnitRow])[] {
  return entries(applications).flatMap(([, app]) => entries(app.units))
}

function entries<T>(rows: Readonly<Record<string, T>> | undefined): readonly (readonly [string, T])[] {
  return Object.entries(rows ?? {}).sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
}

function say(info: StatusInfo | undefined): string {
  return [info?.current ?? 'unknown', info?.message].filter(Boolean).join(', ')
}
