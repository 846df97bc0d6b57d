// Which etcd is installed, which lies ready beside it, which was in force before, and which one the application is to run.

import * as z from 'zod/mini'
import { readV2Content } from '../../etcd/v2-store.ts'
import { parseJsonText } from '../../interfaces/json-text.ts'
import { ToolError } from '../../juju/errors.ts'
import { readSnapRelease } from '../../machine/fetched-snap.ts'
import { readTextIfExists, removeFile } from '../../machine/file.ts'
import { readInstalledBinaries } from '../../machine/installed-binaries.ts'
import { readPin } from '../../machine/pinned-workload.ts'
import { isSnapHeld } from '../../machine/snap.ts'
import { recallDigest, rememberedDigestOf } from '../../machine/remembered-digest.ts'
import type { Installed, Workload } from '../../machine/workload.ts'
import type { Charm } from '../charm.ts'
import { fetchPath, raftLogPath, snapshotFolder, tarballPath } from '../layout.ts'
import type { InstallationSeen, SourceSeen, WorkloadSeen } from '../observed.ts'
import { isMinorUp } from '../plan/refresh/versions.ts'

type ReleasesSeen = Pick<
  InstallationSeen,
  | 'source'
  | 'prepared'
  | 'previous'
  | 'fetchFailed'
  | 'unheld'
  | 'hasV2Content'
  | 'charmRevision'
  | 'charmIsLocal'
>

export function describeInstalled(
  { kind }: Workload,
  { version, digest, revision }: Installed,
): WorkloadSeen {
  return { kind, version, archive: digest, ...(revision !== undefined && { revision }) }
}

export async function observeInstallation(
  charm: Charm,
  workload: Workload,
  installed: Installed | undefined,
): Promise<ReleasesSeen> {
  const [source, prepared, previous, fetchFailed, revision, held] = await Promise.all([
    observeSource(charm, workload, installed !== undefined),
    observeBeside(workload, 'next'),
    observeBeside(workload, 'previous'),
    readTextIfExists(fetchPath(workload)),
    readCharmRevision(charm),
    installed && workload.kind === 'snap' && looksAtHold.has(charm.context.hook.name)
      ? isSnapHeld()
      : undefined,
  ])
  const other = prepared && prepared.revision !== undefined && prepared.revision === installed?.revision
  const crosses = installed && prepared && isMinorUp(installed.version, prepared.version)
  return {
    source,
    prepared: other ? undefined : prepared,
    previous,
    fetchFailed: parseJsonText(fetchSchema, fetchFailed),
    ...(held === false && { unheld: true }),
    ...(crosses && {
      hasV2Content: await readV2Content({
        snapshots: snapshotFolder(workload),
        log: raftLogPath(workload),
      }),
    }),
    ...revision,
  }
}

const fetchSchema = z.object({
  release: z.string(),
  words: z.string(),
  withdrawn: z.boolean(),
  at: z.number(),
  folder: z.optional(z.string()),
})

async function observeBeside(
  { kind }: Workload,
  place: 'next' | 'previous',
): Promise<WorkloadSeen | undefined> {
  if (kind === 'snap') {
    const release = await readSnapRelease(place)
    return release && { kind, version: release.version, archive: undefined, revision: release.revision }
  }
  const release = await readInstalledBinaries(undefined, place)
  return release && { kind, version: release.version, archive: release.digest }
}

/** Hooks that may take as long as `snap list`, which alone tells. The one that follows an installation is among them. */
const looksAtHold: ReadonlySet<string> = new Set(['config-changed', 'upgrade-charm'])

/** Hooks in which a fetch that failed is tried again. */
const retries: ReadonlySet<string> = new Set(['upgrade-charm', 'config-changed', 'update-status', 'start'])

/**
 * Juju is asked for the tarball only where the answer matters: nothing installed, or another tarball may be attached. To tell its path,
 * Juju's agent reads all of it, which takes a fifth of a second (measured on 4.0.14): update-status leaves that to upgrade-charm and
 * config-changed, which come with another tarball, unless they could not have it.
 */
async function observeSource(charm: Charm, workload: Workload, installed: boolean): Promise<SourceSeen> {
  const { name } = charm.context.hook
  const tarball = await findTarball(charm, workload, installed)
  if (tarball.kind === 'unread') return tarball
  // What the charm pins is compared in every hook: upgrade-charm may never come.
  if (workload.kind === 'snap' && (installed || tarball.kind === 'none'))
    return { ...(await observePin(charm)), ...(tarball.kind === 'attached' && { besideTarball: true }) }
  // A tarball that was attached once stays: Juju has no way to detach it.
  if (tarball.kind === 'none') return { kind: 'unread' }
  return { kind: 'archive', digest: tarball.digest, anew: name === 'upgrade-charm' }
}

type TarballSeen =
  | { readonly kind: 'unread' }
  | { readonly kind: 'none' }
  | { readonly kind: 'attached'; readonly digest: string }

async function findTarball(charm: Charm, workload: Workload, installed: boolean): Promise<TarballSeen> {
  const { context, juju } = charm
  const { name } = context.hook
  const asks = !installed || name === 'upgrade-charm' || name === 'config-changed' || name === 'update-status'
  if (!asks && workload.kind !== 'snap') return { kind: 'unread' }
  const record = tarballPath(workload)
  if (installed && (!asks || name === 'update-status')) {
    const digest = await recallDigest(record)
    if (digest !== undefined) return { kind: 'attached', digest }
    if (!asks) return { kind: 'none' }
  }
  try {
    const path = await juju.resourcePath('etcd')
    if (path !== undefined) return { kind: 'attached', digest: await rememberedDigestOf(path, record) }
    await removeFile(record)
    return { kind: 'none' }
  } catch (error) {
    if (!(error instanceof ToolError)) throw error
    // Until Juju tells it, each sweep asks.
    await removeFile(record)
    // Which of the two it is can't be known now, and the snap in place of a tarball would be the wrong one.
    await juju.log('WARNING', `the resource etcd can't be had now: ${error.message}`)
    return { kind: 'unread' }
  }
}

async function observePin({ context }: Charm): Promise<SourceSeen> {
  const pinned = await readPin(context.charmDir)
  const { name } = context.hook
  return { kind: 'snap', ...(pinned && { pinned }), again: retries.has(name), anew: name === 'upgrade-charm' }
}

/** As `ch:amd64/etcd-25`, or `local:etcd-3`. */
async function readCharmRevision({
  context,
}: Charm): Promise<Pick<InstallationSeen, 'charmRevision' | 'charmIsLocal'>> {
  const url = (await readTextIfExists(`${context.charmDir}/.juju-charm`)) ?? ''
  const [, charmRevision] = /-(\d+)\s*$/.exec(url) ?? []
  return charmRevision === undefined ? {} : { charmRevision, charmIsLocal: url.startsWith('local:') }
}
