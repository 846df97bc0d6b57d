// Relations and their databags. Reads are kept for the hook: Juju itself shows a stable view while one runs.

import * as z from 'zod/mini'
import { type Databag, differences, type WantedDatabag } from './databag.ts'
import type { Environment } from './context.ts'
import { NotAllowed, NotFound, NotLeader, RelationGone, ToolError } from './errors.ts'
import { type HookTools, noSuchTool } from './hook-tool.ts'
import {
  type AppName,
  parseAppName,
  parseRelationId,
  parseUnitName,
  type RelationId,
  type UnitName,
} from './names.ts'
import { printSettings } from './yaml-text.ts'

const databagSchema = z.nullable(z.record(z.string(), z.string()))
const modelSchema = z.object({ uuid: z.string() })
const namesSchema = z.nullable(z.array(z.string()))

/**
 * Each read and write throws {@link RelationGone} where the relation has ended. Juju goes on listing one that is gone until its agents have
 * heard of it, and refuses whatever is asked of it ("permission denied"), as it refuses what one may not see: so a relation counts
 * as gone where it refuses even this unit's own databag.
 */
export interface Relations {
  /** Without the relation that is breaking, in its relation-broken: Juju 3.6 hides it, 4.0 goes on listing it. */
  relationIds(endpoint: string): Promise<readonly RelationId[]>
  /**
   * Whether Juju lists a relation in its very relation-broken: 4.0 does where it is being removed, and not where it is suspended; 3.6 never.
   *
   * @example if (await juju.listsBreaking('etcd-client', hook.relation)) …
   */
  listsBreaking(endpoint: string, id: RelationId): Promise<boolean>
  /** @throws {TypeError} where the number is no relation id */
  relationId(id: number): RelationId
  /** Remote units that this unit has seen; of a peer relation, the others. Sorted as text. */
  relationUnits(id: RelationId): Promise<readonly UnitName[]>
  remoteApp(id: RelationId): Promise<AppName>
  /**
   * Uuid of the model of the application at the other end: this model's own, unless the relation is across models.
   *
   * @example (await juju.remoteModel(id)) !== context.model.uuid
   * @returns `undefined` where this Juju has no `relation-model-get` (before 3.6.2)
   */
  remoteModel(id: RelationId): Promise<string | undefined>
  /** Empty for a unit that Juju lists and has no databag of, as it left before it wrote any. */
  readUnitBag(id: RelationId, unit: UnitName): Promise<Databag>
  /**
   * A non-leader may read its own application's databag on peer relations only.
   *
   * @throws {NotLeader} where that is why it is refused; {@link NotAllowed} where nothing tells why
   */
  readAppBag(id: RelationId, app: AppName): Promise<Databag>
  /** Writes only what differs; makes no call where nothing does. @returns the keys written */
  writeUnitBag(id: RelationId, current: Databag, wanted: WantedDatabag): Promise<readonly string[]>
  /** The leader's alone. Writes only what differs. @returns the keys written */
  writeAppBag(id: RelationId, current: Databag, wanted: WantedDatabag): Promise<readonly string[]>
}

/** @example await openRelations(tools, process.env).relationIds('etcd-client') */
export function openRelations(tools: HookTools, env: Environment): Relations {
  const ids = new Map<string, Promise<readonly RelationId[]>>()
  const units = new Map<RelationId, Promise<readonly UnitName[]>>()
  const breaking = findBreaking(tools, env)
  const { JUJU_UNIT_NAME: unit = '' } = env
  const ask = openProof(tools, unit)
  const [unitBags, appBags] = [openBags(tools, ask, []), openBags(tools, ask, ['--app'])]
  return {
    relationIds(endpoint) {
      const known = ids.get(endpoint) ?? listIds(tools, endpoint, breaking)
      ids.set(endpoint, known)
      return known
    },
    async listsBreaking(endpoint, id) {
      const names = (await tools.runJson('relation-ids', [endpoint], namesSchema)) ?? []
      return names.some((name) => parseRelationId(name) === id)
    },
    relationId: parseRelationId,
    relationUnits(id) {
      const known = units.get(id) ?? ask(id, () => listUnits(tools, id))
      units.set(id, known)
      return known
    },
    remoteApp: (id) =>
      ask(id, async () =>
        parseAppName(await tools.runJson('relation-list', ['-r', String(id), '--app'], z.string())),
      ),
    remoteModel: (id) => ask(id, () => findRemoteModel(tools, id)),
    async readUnitBag(id, of) {
      try {
        return await unitBags.read(id, of)
      } catch (error) {
        if (error instanceof NotFound) return {}
        throw error
      }
    },
    async readAppBag(id, app) {
      try {
        return await appBags.read(id, app)
      } catch (error) {
        // The relation is there: of its own application's databag only a unit that does not lead is refused.
        const own = error instanceof NotAllowed && app === unit.replace(/\/\d+$/, '')
        throw own ? new NotLeader(error.call, { cause: error }) : error
      }
    },
    writeUnitBag: unitBags.write,
    writeAppBag: appBags.write,
  }
}

type Ask = <T>(id: RelationId, of: () => Promise<T>) => Promise<T>

/** What is refused of a relation is proven to be gone, or not, by this unit's own databag. */
function openProof(tools: HookTools, unit: string): Ask {
  const proofs = new Map<RelationId, Promise<boolean>>()
  const isRefused = async (id: RelationId): Promise<boolean> => {
    try {
      await tools.run('relation-get', ['-r', String(id), '-', unit])
      return false
    } catch (error) {
      if (error instanceof NotAllowed || error instanceof RelationGone) return true
      // 4.0's "relation unit not found": this unit is not in the relation, which it may be in later.
      if (error instanceof NotFound) return false
      throw error
    }
  }
  return async (id, of) => {
    try {
      return await of()
    } catch (error) {
      if (!(error instanceof NotAllowed)) throw error
      const proof = proofs.get(id) ?? isRefused(id)
      proofs.set(id, proof)
      throw (await proof) ? new RelationGone(error.call, { cause: error }) : error
    }
  }
}

interface Bags {
  read(id: RelationId, of: string): Promise<Databag>
  write(id: RelationId, current: Databag, wanted: WantedDatabag): Promise<readonly string[]>
}

/** Of units, or of applications. Each is read once, and again after this hook has written to its relation. */
function openBags(tools: HookTools, ask: Ask, flags: readonly string[]): Bags {
  const known = new Map<RelationId, Map<string, Promise<Databag>>>()
  const get = async (id: RelationId, of: string): Promise<Databag> =>
    (await ask(id, () =>
      tools.runJson('relation-get', ['-r', String(id), ...flags, '-', of], databagSchema),
    )) ?? {}
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
      await ask(id, () => tools.run('relation-set', args, { input: printSettings(changes) }))
      known.delete(id)
      return keys
    },
  }
}

async function findRemoteModel(tools: HookTools, id: RelationId): Promise<string | undefined> {
  try {
    return (await tools.runJson('relation-model-get', ['-r', String(id)], modelSchema)).uuid
  } catch (error) {
    if (error instanceof ToolError && error.call.exitCode === noSuchTool) return undefined
    throw error
  }
}

async function listUnits(tools: HookTools, id: RelationId): Promise<readonly UnitName[]> {
  return ((await tools.runJson('relation-list', ['-r', String(id)], namesSchema)) ?? []).map(parseUnitName)
}

async function listIds(
  tools: HookTools,
  endpoint: string,
  breaking: () => Promise<string | undefined>,
): Promise<readonly RelationId[]> {
  const names = (await tools.runJson('relation-ids', [endpoint], namesSchema)) ?? []
  const ends = names.length > 0 ? await breaking() : undefined
  return names
    .filter((name) => name !== ends)
    .map(parseRelationId)
    .sort((a, b) => a - b)
}

/**
 * The relation of a relation-broken. An agent that was restarted runs one for the peer relation too, of a unit on its way out, and that
 * one lives on: it is known by its other end, which is this application. Such an agent does not name the other end by itself.
 */
function findBreaking(tools: HookTools, env: Environment): () => Promise<string | undefined> {
  const { JUJU_RELATION_ID: id, JUJU_REMOTE_APP: named, JUJU_UNIT_NAME: unit = '' } = env
  if (!id || !env.JUJU_HOOK_NAME?.endsWith('-relation-broken')) return async () => undefined
  let found: Promise<string | undefined> | undefined
  const find = async (): Promise<string | undefined> => {
    const remote = named || (await tools.runJson('relation-list', ['-r', id, '--app'], z.string()))
    return remote === unit.replace(/\/\d+$/, '') ? undefined : id
  }
  return () => {
    found ??= find()
    return found
  }
}
