// What juju prints with --format=json, 3.6 and 4.0: only what stories look at, and nothing that one of the two leaves out. The
// shapes are those of Juju's own client (cmd/juju/{status,application,action,secrets}) and of jubilant's types, which read both.

import * as z from 'zod/mini'
import { type AppName, isConsumerProxy, parseAppName } from '../../../src/juju/names.ts'
import type { Bag, Profile, RelationView, SecretView } from './driver.ts'

const statusInfo = z.object({
  current: z.optional(z.string()),
  message: z.optional(z.string()),
  since: z.optional(z.string()),
})
export type StatusInfo = z.infer<typeof statusInfo>

const unit = z.object({
  'workload-status': z.optional(statusInfo),
  'juju-status': z.optional(statusInfo),
  leader: z.optional(z.boolean()),
  machine: z.optional(z.string()),
  'open-ports': z.optional(z.array(z.string())),
  'public-address': z.optional(z.string()),
})
export type UnitRow = z.infer<typeof unit>

const application = z.object({
  'charm-name': z.optional(z.string()),
  life: z.optional(z.string()),
  version: z.optional(z.string()),
  'application-status': z.optional(statusInfo),
  units: z.optional(z.record(z.string(), unit)),
})

const jujuStatus = z.object({
  model: z.object({ name: z.string(), version: z.string() }),
  machines: z.record(z.string(), z.object({ 'juju-status': z.optional(statusInfo) })),
  applications: z.record(z.string(), application),
  /** Of offers that are consumed here. */
  'application-endpoints': z.optional(z.record(z.string(), z.object({ life: z.optional(z.string()) }))),
})
export type JujuStatus = z.infer<typeof jujuStatus>

export function parseStatus(text: string): JujuStatus {
  return jujuStatus.parse(JSON.parse(text))
}

/** Databags hold strings; juju's JSON may show one that looks like a number as a number. */
const bag = z.record(z.string(), z.unknown())
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
export const bagOf = (values: z.infer<typeof bag> = {}): Bag =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, textOf(value)]))

/** Of `relation-get`, which prints null for an empty one. */
export function parseBag(text: string): Bag {
  return bagOf(z.nullish(bag).parse(JSON.parse(text)) ?? {})
}

const unitData = z.object({ data: z.nullish(bag) })
const relationInfo = z.object({
  'relation-id': z.number(),
  endpoint: z.string(),
  'related-endpoint': z.string(),
  /** 3.6 says so; 4.0.14 does not (seen). */
  'cross-model': z.optional(z.boolean()),
  'application-data': z.nullish(bag),
  'local-unit': z.optional(unitData),
  'related-units': z.optional(z.record(z.string(), unitData)),
})
const unitInfos = z.record(z.string(), z.object({ 'relation-info': z.optional(z.array(relationInfo)) }))

/** One relation, as one unit sees it. */
export interface SeenRelation extends RelationView {
  readonly unit: string
  readonly peers: boolean
  /** The bag of one of the two applications: of which one, the Juju decides (`showsBagOf`). */
  readonly application: Bag
  readonly own: Bag
}

export function parseUnits(text: string): readonly SeenRelation[] {
  return Object.entries(unitInfos.parse(JSON.parse(text))).flatMap(([name, info]) =>
    (info['relation-info'] ?? []).map((row) => {
      const crossModel = row['cross-model'] ?? appsOf(row).some(isConsumerProxy)
      return {
        unit: name,
        id: row['relation-id'],
        endpoint: row.endpoint,
        crossModel,
        peers: row.endpoint === row['related-endpoint'] && !crossModel && onlyOf(name, row),
        application: bagOf(row['application-data'] ?? {}),
        own: bagOf(row['local-unit']?.data ?? {}),
      }
    }),
  )
}

/** Whose bag `application-data` is: 3.6 shows a unit what the other end wrote, 4.0 what its own application did. */
export function showsBagOf(profile: Profile, row: SeenRelation, app: string): boolean {
  const own = row.unit.split('/', 1)[0] === app
  return row.peers ? own : own === (profile === '4.0')
}

type RelationRow = z.infer<typeof relationInfo>

const appOf = (unitName: string): AppName => parseAppName(unitName.split('/', 1)[0] ?? '')

/** The applications at the other end. An offering model shows those of other models by the names that Juju gives them. */
function appsOf(row: RelationRow): readonly AppName[] {
  return Object.keys(row['related-units'] ?? {}).map(appOf)
}

function onlyOf(unitName: string, row: RelationRow): boolean {
  return appsOf(row).every((other) => other === appOf(unitName))
}

const secretRow = z.object({
  owner: z.optional(z.string()),
  label: z.optional(z.string()),
  revision: z.optional(z.number()),
})

export function parseSecrets(text: string): readonly SecretView[] {
  const rows = z.record(z.string(), secretRow).parse(JSON.parse(text))
  return Object.entries(rows).map(([id, { owner = '', label = '', revision = 0 }]) => ({
    id,
    owner,
    label,
    revision,
  }))
}

const storages = z.object({
  storage: z.optional(
    z.record(
      z.string(),
      z.object({
        attachments: z.optional(z.object({ units: z.optional(z.record(z.string(), z.unknown())) })),
      }),
    ),
  ),
})

/** Ids of the storage that a unit has. Where a model has none, juju prints nothing. */
export function parseStorage(text: string, unit: string): readonly string[] {
  if (text.trim() === '') return []
  const { storage = {} } = storages.parse(JSON.parse(text))
  return Object.keys(storage).filter((id) => Object.hasOwn(storage[id]?.attachments?.units ?? {}, unit))
}

/** Go prints the content below a key `Data`, since its JSON knows no inlining. */
const revealed = z.record(
  z.string(),
  z.object({ content: z.object({ Data: z.record(z.string(), z.string()) }) }),
)

export function parseSecretContent(text: string): Bag {
  const [secret] = Object.values(revealed.parse(JSON.parse(text)))
  if (!secret) throw new TypeError('juju show-secret showed no secret')
  return secret.content.Data
}

const task = z.object({
  status: z.string(),
  message: z.optional(z.string()),
  results: z.nullish(z.record(z.string(), z.unknown())),
})
export type Task = z.infer<typeof task>

/** By unit; none where juju gave up waiting, or began none. */
export function parseTasks(text: string): readonly (readonly [unit: string, row: Task])[] {
  return text.trim().startsWith('{') ? Object.entries(z.record(z.string(), task).parse(JSON.parse(text))) : []
}

/** Of `juju show-task`. */
export function parseTask(text: string): Task {
  return task.parse(JSON.parse(text))
}

const shownModel = z.record(z.string(), z.object({ 'model-uuid': z.string() }))

export function parseModelUuid(text: string): string {
  const [model] = Object.values(shownModel.parse(JSON.parse(text)))
  if (!model) throw new TypeError('juju show-model showed no model')
  return model['model-uuid']
}

const models = z.object({
  models: z.array(z.object({ 'short-name': z.optional(z.string()), name: z.string() })),
})

/** Their names without the owner. */
export function parseModels(text: string): readonly string[] {
  return models
    .parse(JSON.parse(text))
    .models.map((row) => row['short-name'] ?? row.name.replace(/^.*\//, ''))
}

const config = z.object({ settings: z.record(z.string(), z.object({ source: z.optional(z.string()) })) })

/** Options of an application that somebody set. */
export function parseChangedOptions(text: string): readonly string[] {
  const { settings } = config.parse(JSON.parse(text))
  return Object.keys(settings).filter((name) => settings[name]?.source === 'user')
}
