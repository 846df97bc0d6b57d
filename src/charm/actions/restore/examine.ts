// A snapshot is looked at, and then run aside: what verify-backup tells, and what every restore begins with.

import type { SnapshotFacts } from '../../../etcd/snapshot-file.ts'
import { exists } from '../../../machine/file.ts'
import type { Charm } from '../../charm.ts'
import type { Observed } from '../../observed.ts'
import { readSnapshot, trySnapshot } from '../../observe/try-snapshot.ts'
import { Blocked } from '../../outcome.ts'
import {
  type SnapshotTried,
  snapshotIsNoNewer,
  whyNotTaken,
  whyNotUsable,
} from '../../plan/restore/verdict.ts'
import type { Source } from './incoming.ts'

export interface Sound {
  readonly kind: 'sound'
  readonly source: Source
  readonly file: SnapshotFacts
  readonly tried: Extract<SnapshotTried, { kind: 'runs' }>
  /** It bears no hash of etcd's. */
  readonly raw: boolean
}

export type Examination =
  | Sound
  /** `damaged`: it can be restored nowhere, and not only by the etcd that is installed here. */
  | { readonly kind: 'refused'; readonly why: string; readonly damaged: boolean }

export async function examine(
  { juju }: Charm,
  observed: Observed,
  source: Source,
  { force }: { readonly force: boolean },
): Promise<Examination> {
  const { machine, peers } = observed
  const authority = peers?.application.authorities?.admin
  if (!machine.workload || authority === undefined)
    return refuse('etcd is not ready on this unit; wait until it serves')
  const { version } = machine.workload
  await juju.actionLog(`reading ${source.name}`)
  const file = await readSnapshot(source.path)
  const examined = { file, manifest: source.manifest, version, force }
  const why = whyNotTaken(examined)
  const damaged = snapshotIsNoNewer.holds(examined)
  if (why !== undefined) return refuse(`${source.name}: ${why}`, damaged)
  const raw = file.seal === 'none'
  await juju.actionLog(`restoring ${source.name} aside, ${file.size} bytes, to see whether etcd runs with it`)
  const tried = await tryIt(source, file, authority, raw)
  if (tried.kind === 'refused') return refuse(`${source.name} can't be tried: ${tried.why}`)
  const unusable = whyNotUsable(tried, examined)
  if (unusable !== undefined || tried.kind !== 'runs')
    return refuse(`${source.name}: ${unusable ?? 'unusable'}`, damaged)
  return { kind: 'sound', source, file, tried, raw }
}

async function tryIt(
  { path }: Source,
  file: SnapshotFacts,
  adminAuthority: string,
  raw: boolean,
): Promise<SnapshotTried | { readonly kind: 'refused'; readonly why: string }> {
  try {
    return await trySnapshot({ path, file, adminAuthority, raw })
  } catch (error) {
    // It says nothing of the snapshot.
    if (error instanceof Blocked) return { kind: 'refused', why: error.message }
    if (!(await exists(path))) return { kind: 'refused', why: 'the file went while it was tried' }
    throw error
  }
}

function refuse(why: string, damaged = false): Examination {
  return { kind: 'refused', why, damaged }
}
