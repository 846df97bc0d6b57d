// A revision of the snap that was fetched and lies ready: so that etcd stops for no longer than a restart, and its version is known before
// anything stops. snapd keeps the revision before by itself.

import { randomUUID } from 'node:crypto'
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { parseJsonText } from '../parse-json.ts'
import { sizeOf } from './capacity.ts'
import { exists, makeDirectory, readTextIfExists, writeFileAtomic } from './file.ts'
import { assertRoom, type Need } from './room.ts'
import { isWithdrawn, readInstalledSnap, runSnap, snapName } from './snap.ts'
import { workloadPaths } from './workload-paths.ts'

const schema = z.object({ version: z.string(), revision: z.string() })
/** `revision` is the snap's, `version` etcd's. */
export type SnapRelease = Readonly<z.infer<typeof schema>>

/** `next` was fetched; `previous` is what was in force before the last switch. */
type Place = 'next' | 'previous'

/** In the folder of the charm's own records, which nobody but root can write to. */
export function fetchedFolder({ state }: { readonly state: string }): string {
  return `${state}/snap`
}

const usual = fetchedFolder(workloadPaths('snap'))
const recordName = 'release.json'

/** The store has no such revision any more, or never had. */
export class SnapWithdrawn extends Error {
  override readonly name = 'SnapWithdrawn'
}

export async function readSnapRelease(place: Place, folder = usual): Promise<SnapRelease | undefined> {
  return parseJsonText(schema, await readTextIfExists(join(folder, place, recordName)))
}

export async function fetchSnap(revision: string, folder = usual): Promise<SnapRelease> {
  const there = await readSnapRelease('next', folder)
  if (there?.revision === revision) return there
  await makeDirectory(folder, { mode: 0o700 })
  await removeDrafts(folder)
  const draft = join(folder, `${draftPrefix}${randomUUID()}`)
  try {
    await makeDirectory(draft, { mode: 0o700 })
    const kept = await findKept(revision, folder)
    if (!kept) {
      await assertRoom(await roomForSnap(folder))
      await download(revision, draft)
    }
    const release = kept ?? { version: await readVersion(fileIn(draft, 'snap')), revision }
    await writeFileAtomic(join(draft, recordName), JSON.stringify(release), { mode: 0o600 })
    await rm(join(folder, 'next'), { recursive: true, force: true })
    await rename(draft, join(folder, 'next'))
    return release
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** What was in force before is with snapd still: to go back takes no store, which may have withdrawn it. */
async function findKept(revision: string, folder: string): Promise<SnapRelease | undefined> {
  const previous = await readSnapRelease('previous', folder)
  const kept = previous?.revision === revision && (await exists(`/snap/${snapName}/${revision}/meta`))
  return kept ? previous : undefined
}

/** What lies ready is wanted no more. */
export async function discardFetched(folder = usual): Promise<void> {
  await rm(join(folder, 'next'), { recursive: true, force: true })
}

const snapdFolder = '/var/lib/snapd/snaps'

/** What is fetched lies here, and snapd keeps a copy of its own: each about as large as what is installed. Where snapd has no such file, nothing is known of it. */
async function roomForSnap(folder: string): Promise<readonly Need[]> {
  const installed = await readInstalledSnap()
  const bytes = installed ? await sizeOf(`${snapdFolder}/${snapName}_${installed.revision}.snap`) : 0
  return bytes === 0 ? [] : [folder, snapdFolder].map((where) => ({ folder: where, bytes: bytes * growth }))
}

/** A later release is larger, as a rule. */
const growth = 1.25

async function download(revision: string, into: string): Promise<void> {
  try {
    await runSnap([
      'download',
      snapName,
      `--revision=${revision}`,
      `--target-directory=${into}`,
      `--basename=${snapName}`,
    ])
  } catch (error) {
    if (isWithdrawn(error))
      throw new SnapWithdrawn(`the snap store has no revision ${revision} of ${snapName}`, { cause: error })
    throw error
  }
}

/** snapd tells it of a file as of an installed snap. */
async function readVersion(file: string): Promise<string> {
  const told = await runSnap(['info', file])
  const version = /^version:\s+(\S+)/m.exec(told)?.[1]
  if (version === undefined) throw new Error(`snap info ${file} tells no version`)
  return version
}

function fileIn(folder: string, kind: 'snap' | 'assert'): string {
  return join(folder, `${snapName}.${kind}`)
}

/** etcd has stopped, and its service is disabled: snapd starts what is enabled, with the configuration of before. */
export async function putFetchedSnapInForce(before: SnapRelease | undefined, folder = usual): Promise<void> {
  const next = await readSnapRelease('next', folder)
  if (!next) return
  // On record first: whoever dies after the switch must know what to go back to.
  if (before && before.revision !== next.revision) await notePrevious(before, folder)
  const file = fileIn(join(folder, 'next'), 'snap')
  if (!(await exists(file))) {
    await runSnap(['refresh', snapName, `--revision=${next.revision}`])
    return
  }
  await runSnap(['ack', fileIn(join(folder, 'next'), 'assert')])
  await runSnap(['install', file])
}

/** Never `revert`: that would take the snap's data back, too, and with it the configuration. */
export async function putPreviousSnapInForce(folder = usual): Promise<void> {
  const previous = await readSnapRelease('previous', folder)
  if (previous) await runSnap(['refresh', snapName, `--revision=${previous.revision}`])
}

async function notePrevious(release: SnapRelease, folder: string): Promise<void> {
  await makeDirectory(join(folder, 'previous'), { mode: 0o700 })
  await writeFileAtomic(join(folder, 'previous', recordName), JSON.stringify(release), { mode: 0o600 })
}

const draftPrefix = '.draft-'

async function removeDrafts(folder: string): Promise<void> {
  const drafts = (await readdir(folder)).filter((name) => name.startsWith(draftPrefix))
  for (const name of drafts) await rm(join(folder, name), { recursive: true, force: true })
}
