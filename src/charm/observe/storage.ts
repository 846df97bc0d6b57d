// Whether the storage that etcd's data lies on is there. After a reboot hooks may run before Juju has mounted it, and the empty
// folder below looks like a member that lost its data: so a unit notes, on its root disk, that it has seen its storage mounted.

import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod/mini'
import { parseJsonText } from '../../interfaces/json-text.ts'
import { readTextIfExists } from '../../machine/file.ts'
import { readMount } from '../../machine/mount.ts'
import type { Workload } from '../../machine/workload.ts'
import type { Charm } from '../charm.ts'
import { storagePath } from '../layout.ts'
import type { StorageRecord, StorageSeen } from '../observed.ts'

const schema = z.object({ unit: z.string(), storage: z.string(), mount: z.optional(z.string()) })

/** Juju mounts it within seconds of its agent's start, at the same time as the first hook. */
const mountsWithin = 30_000

/** `isBare` says, of a machine that has no record, whether etcd has run there and left nothing where its data should be. */
export async function observeStorage(
  charm: Charm,
  workload: Workload,
  isBare: () => Promise<boolean>,
): Promise<StorageSeen> {
  const { unit } = charm.context
  const found: StorageRecord | undefined = parseJsonText(
    schema,
    await readTextIfExists(storagePath(workload)),
  )
  // A unit that went without its last hooks leaves its record on the machine.
  const before = found?.unit === unit ? found : undefined
  const { data: folder } = workload.paths
  // A charm that kept no record ran etcd here, and what it ran on is not there: that was a mount, or it is doubt.
  const expected = before ? before.mount !== undefined : await isBare()
  const mount = await (expected ? untilMounted(charm, folder) : readMount(folder))
  if (expected && mount === undefined) return { kind: 'away', storage: before?.storage ?? 'data', folder }
  const storage = await nameStorage(charm, before, mount)
  const record = { unit, storage, ...(mount !== undefined && { mount }) }
  return { kind: 'here', record, recorded: before?.storage === storage && before.mount === mount }
}

async function untilMounted({ context, deadline }: Charm, folder: string): Promise<string | undefined> {
  for (const until = performance.now() + mountsWithin; ; await sleep(500)) {
    const mount = await readMount(folder)
    if (mount !== undefined || context.hook.name !== 'start') return mount
    if (performance.now() > until || deadline.aborted) return undefined
  }
}

/** Juju is asked only where something is new. The one that was in use stays, as long as Juju lists it. */
async function nameStorage(
  { context: { hook }, juju }: Charm,
  before: StorageRecord | undefined,
  mount: string | undefined,
): Promise<string> {
  if (hook.kind === 'storage') return hook.id
  if (before && before.mount === mount) return before.storage
  const listed = await juju.storageIds('data')
  const kept = before && listed.includes(before.storage) ? before.storage : undefined
  return kept ?? listed[0] ?? before?.storage ?? 'data'
}
