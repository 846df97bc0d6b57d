// What a story sees of a model on a controller.

import type { ApplicationView, Bag, Ended, SecretView, Status, UnitView, Views } from './driver.ts'
import type { JujuCli } from './juju-cli.ts'
import {
  type JujuStatus,
  parseModelUuid,
  parseSecretContent,
  parseSecrets,
  parseStatus,
  parseUnits,
  type SeenRelation,
  type StatusInfo,
  type UnitRow,
} from './juju-json.ts'

export async function readStatus(juju: JujuCli): Promise<JujuStatus> {
  return parseStatus(await juju.run('status', '--format=json'))
}

/** All relations of these units, by one call. */
async function seenBy(juju: JujuCli, units: readonly string[], ...flags: readonly string[]) {
  if (units.length === 0) return []
  return parseUnits(await juju.run('show-unit', '--format=json', ...flags, ...units))
}

/** Relations at an endpoint, also those in which nobody has written yet. */
export async function relationIdsAt(juju: JujuCli, end: string): Promise<readonly number[]> {
  const [app = '', endpoint = ''] = end.split(':')
  const units = Object.keys((await readStatus(juju)).applications[app]?.units ?? {})
  return (await seenBy(juju, units.slice(0, 1), '--endpoint', endpoint)).map((row) => row.id)
}

/** `app/leader` as the unit that it is now. */
export function unitIn(status: JujuStatus, name: string): readonly [string, UnitRow] {
  const app = name.split('/', 1)[0] ?? ''
  const units = Object.entries(status.applications[app]?.units ?? {})
  const found = name.endsWith('/leader')
    ? units.find(([, row]) => row.leader)
    : units.find(([unit]) => unit === name)
  if (!found)
    throw new Error(`unit "${name}" not found; ${app} has ${units.map(([unit]) => unit).join() || 'none'}`)
  return found
}

export function jujuViews(
  juju: JujuCli,
  exec: (unit: string, argv: readonly string[]) => Promise<Ended>,
): Views {
  return {
    async units(app) {
      const { applications } = await readStatus(juju)
      const units = Object.entries(applications[app]?.units ?? {}).map(viewOf)
      return units.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
    },
    unit: async (name) => viewOf(unitIn(await readStatus(juju), name)),
    async application(name): Promise<ApplicationView> {
      const app = (await readStatus(juju)).applications[name]
      if (!app) throw new Error(`application "${name}" not found`)
      return { status: statusOf(app['application-status']), version: app.version ?? '' }
    },
    async relations(app) {
      const units = Object.keys((await readStatus(juju)).applications[app]?.units ?? {})
      return (await seenBy(juju, units.slice(0, 1))).map(({ id, endpoint, crossModel }) => ({
        id,
        endpoint,
        crossModel,
      }))
    },
    databag: (relation, entity) => readBag(juju, relation, entity),
    secrets: async (): Promise<readonly SecretView[]> =>
      parseSecrets(await juju.run('secrets', '--format=json')),
    secretContent: (secret) => readSecret(juju, secret),
    async serviceStarts(unit, service) {
      // systemd's own catalogue number of "a start job for a unit has finished".
      const started = 'MESSAGE_ID=39f53479d3a045ac8e11786248231fbf'
      const { stdout } = await exec(unit, [
        'journalctl',
        '--quiet',
        '--output=cat',
        `--unit=${service}`,
        started,
      ])
      return stdout.split('\n').filter((line) => line.trim() !== '').length
    },
  }
}

async function readBag(juju: JujuCli, relation: number, entity: string): Promise<Bag> {
  const { applications } = await readStatus(juju)
  const isUnit = entity.includes('/')
  // An application's bag is shown to the other end; to its own units only among peers.
  const askedApps = Object.values(applications).flatMap(({ units }) => Object.keys(units ?? {}).slice(0, 1))
  const seen = await seenBy(juju, isUnit ? [entity] : askedApps)
  const rows = seen.filter((row) => row.id === relation)
  if (isUnit) return rows.find((row) => row.unit === entity)?.own ?? {}
  const sees = (row: SeenRelation): boolean => row.peers || row.unit.split('/', 1)[0] !== entity
  return rows.find(sees)?.remoteApp ?? {}
}

/** A secret of another model is asked there, by the uuid in its URI. */
async function readSecret(juju: JujuCli, secret: string): Promise<Bag> {
  const [, uuid, id] = /^(?:secret:(?:\/\/)?)?(?:([0-9a-f-]{36})\/)?([0-9a-z]{20})$/.exec(secret) ?? []
  if (!id) return {}
  const words = ['show-secret', id, '--reveal', '--format=json'] as const
  const elsewhere =
    uuid && uuid !== parseModelUuid(await juju.runWithoutModel('show-model', juju.model, '--format=json'))
  const [command, ...rest] = words
  const text = elsewhere
    ? await juju.runWithoutModel(command, '-m', uuid, ...rest)
    : await juju.run(command, ...rest)
  return parseSecretContent(text)
}

function viewOf([name, row]: readonly [string, UnitRow]): UnitView {
  return {
    name,
    workload: statusOf(row['workload-status']),
    leader: row.leader ?? false,
    address: row['public-address'] ?? '',
    ports: row['open-ports'] ?? [],
  }
}

function statusOf(info: StatusInfo | undefined): Status {
  return { status: info?.current ?? 'unknown', message: info?.message ?? '' }
}
