// What a story sees of a model on a controller.

import type { ApplicationView, Bag, Ended, Profile, SecretView, Status, UnitView, Views } from './driver.ts'
import { type JujuCli, JujuFailed } from './juju-cli.ts'
import {
  type JujuStatus,
  parseBag,
  parseModelUuid,
  parseSecretContent,
  parseSecrets,
  parseStatus,
  parseStorage,
  parseUnits,
  type SeenRelation,
  showsBagOf,
  type StatusInfo,
  type UnitRow,
} from './juju-json.ts'

export async function readStatus(juju: JujuCli): Promise<JujuStatus> {
  return parseStatus(await juju.run('status', '--format=json'))
}

/** All relations of these units, by one call. A unit that is just going has none any more: juju fails for it, and for the others with it. */
async function seenBy(
  juju: JujuCli,
  units: readonly string[],
  ...flags: readonly string[]
): Promise<readonly SeenRelation[]> {
  if (units.length === 0) return []
  const { code, stdout, stderr } = await juju.ask('show-unit', '--format=json', ...flags, ...units)
  if (code === 0) return parseUnits(stdout)
  if (!/unit is dead|unit "\S+" not found/.test(stderr))
    throw new JujuFailed(`juju show-unit ${units.join(' ')} failed with ${code}: ${stderr.trim()}`)
  const [first = '', ...others] = units
  if (others.length === 0) return []
  return [...(await seenBy(juju, [first], ...flags)), ...(await seenBy(juju, others, ...flags))]
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

type Exec = (unit: string, argv: readonly string[]) => Promise<Ended>

interface Seeing {
  readonly juju: JujuCli
  readonly profile: Profile
  readonly exec: Exec
}

export function jujuViews(seeing: Seeing): Views {
  const { juju, exec } = seeing
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
    databag: (relation, entity) => readBag(seeing, relation, entity),
    secrets: async (): Promise<readonly SecretView[]> =>
      parseSecrets(await juju.run('secrets', '--format=json')),
    async storageOf(name) {
      const [unit] = unitIn(await readStatus(juju), name)
      return parseStorage(await juju.run('storage', '--format=json'), unit)
    },
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

async function readBag({ juju, profile, exec }: Seeing, relation: number, entity: string): Promise<Bag> {
  const { applications } = await readStatus(juju)
  const isUnit = entity.includes('/')
  const firsts = Object.values(applications).flatMap(({ units }) => Object.keys(units ?? {}).slice(0, 1))
  const seen = await seenBy(juju, isUnit ? [entity] : firsts)
  const rows = seen.filter((row) => row.id === relation)
  if (isUnit) return rows.find((row) => row.unit === entity)?.own ?? {}
  const shown = rows.find((row) => showsBagOf(profile, row, entity))
  if (shown) return shown.application
  // 4.0 shows it to its own units alone: where none is in this model any more, or ever was, one at the other end is asked.
  const [other] = rows.filter((row) => row.unit.split('/', 1)[0] !== entity)
  return other ? readBagOnUnit(exec, other, entity) : {}
}

async function readBagOnUnit(exec: Exec, { unit, endpoint, id }: SeenRelation, app: string): Promise<Bag> {
  const words = ['relation-get', '-r', `${endpoint}:${id}`, '--format=json', '--app', '-', app]
  const { code, stdout, stderr } = await exec(unit, words)
  if (code !== 0) throw new JujuFailed(`${words.join(' ')} on ${unit} failed with ${code}: ${stderr.trim()}`)
  return parseBag(stdout)
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
