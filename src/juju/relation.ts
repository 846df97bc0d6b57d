// Relations and their databags. Reads are kept for the hook: Juju itself shows a stable view while one runs.

import * as z from 'zod/mini'
import { type Databag, differences, type WantedDatabag } from './databag.ts'
import { ToolError } from './errors.ts'
import type { HookTools } from './hook-tool.ts'
import {
  type AppName,
  parseAppName,
  parseRelationId,
  parseUnitName,
  type RelationId,
  type UnitName,
} from './names.ts'

const databagSchema = z.nullable(z.record(z.string(), z.string()))
const modelSchema = z.object({ uuid: z.string() })
const namesSchema = z.nullable(z.array(z.string()))

export interface Relations {
  /** Without the relation that is breaking, in its relation-broken (as Juju lists them). */
  relationIds(endpoint: string): Promise<readonly RelationId[]>
  /** @throws {TypeError} where the number is no relation id */
  relationId(id: number): RelationId
  /** Remote units that this unit has seen; of a peer relation, the others. Sorted as text. */
  relationUnits(id: RelationId): Promise<readonly UnitName[]>
  /** @throws {RelationGone} where Juju no longer knows the relation */
  remoteApp(id: RelationId): Promise<AppName>
  /**
   * Uuid of the model of the application at the other end: this model's own, unless the relation is across models.
   *
   * @example (await juju.remoteModel(id)) !== context.model.uuid
   * @returns `undefined` where this Juju has no `relation-model-get` (before 3.6.2)
   */
  remoteModel(id: RelationId): Promise<string | undefined>
  readUnitBag(id: RelationId, unit: UnitName): Promise<Databag>
  /** A non-leader may read its own application's databag on peer relations only. */
  readAppBag(id: RelationId, app: AppName): Promise<Databag>
  /** Writes only what differs; makes no call where nothing does. @returns the keys written */
  writeUnitBag(id: RelationId, current: Databag, wanted: WantedDatabag): Promise<readonly string[]>
  /** The leader's alone. Writes only what differs. @returns the keys written */
  writeAppBag(id: RelationId, current: Databag, wanted: WantedDatabag): Promise<readonly string[]>
}

/** @example await openRelations(tools).relationIds('etcd-client') */
export function openRelations(tools: HookTools): Relations {
  const ids = new Map<string, Promise<readonly RelationId[]>>()
  const [unitBags, appBags] = [openBags(tools, []), openBags(tools, ['--app'])]
  return {
    relationIds(endpoint) {
      const known = ids.get(endpoint) ?? listIds(tools, endpoint)
      ids.set(endpoint, known)
      return known
    },
    relationId: parseRelationId,
    async relationUnits(id) {
      const names = await tools.runJson('relation-list', ['-r', String(id)], namesSchema)
      return (names ?? []).map(parseUnitName)
    },
    async remoteApp(id) {
      return parseAppName(await tools.runJson('relation-list', ['-r', String(id), '--app'], z.string()))
    },
    remoteModel: (id) => findRemoteModel(tools, id),
    readUnitBag: unitBags.read,
    readAppBag: appBags.read,
    writeUnitBag: unitBags.write,
    writeAppBag: appBags.write,
  }
}

interface Bags {
  read(id: RelationId, of: string): Promise<Databag>
  write(id: RelationId, current: Databag, wanted: WantedDatabag): Promise<readonly string[]>
}

/** Of units, or of applications. Each is read once, and again after this hook has written to its relation. */
function openBags(tools: HookTools, flags: readonly string[]): Bags {
  const known = new Map<RelationId, Map<string, Promise<Databag>>>()
  const get = async (id: RelationId, of: string): Promise<Databag> =>
    (await tools.runJson('relation-get', ['-r', String(id), ...flags, '-', of], databagSchema)) ?? {}
  return {
    read(id, of) {
      const bags = known.get(id) ?? new Map<string, Promise<Databag>>()
      const bag = bags.get(of) ?? get(id, of)
      known.set(id, bags.set(of, bag))
      return bag
    },
    async write(id, current, wanted) {
      const changes = differences(current, wanted)
      const keys = Object.keys(changes)
      if (keys.length === 0) return keys
      // By stdin: one argument may be 128 KiB at most, and argv is for everybody to see.
      const args = ['-r', String(id), ...flags, '--file', '-']
      await tools.run('relation-set', args, { input: JSON.stringify(changes) })
      known.delete(id)
      return keys
    },
  }
}

async function findRemoteModel(tools: HookTools, id: RelationId): Promise<string | undefined> {
  try {
    return (await tools.runJson('relation-model-get', ['-r', String(id)], modelSchema)).uuid
  } catch (error) {
    const noSuchTool = error instanceof ToolError && /\bENOENT\b/.test(error.call.stderr)
    if (noSuchTool) return undefined
    throw error
  }
}

async function listIds(tools: HookTools, endpoint: string): Promise<readonly RelationId[]> {
  const names = await tools.runJson('relation-ids', [endpoint], namesSchema)
  return (names ?? []).map(parseRelationId).sort((a, b) => a - b)
}
