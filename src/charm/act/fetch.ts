// Fetches a revision of the snap while etcd runs, to lie ready for this unit's turn.

import { printJsonText } from '../../interfaces/json-text.ts'
import { discardFetched, fetchedFolder, fetchSnap, SnapWithdrawn } from '../../machine/fetched-snap.ts'
import { makeDirectory, removeFile, writeFileAtomic } from '../../machine/file.ts'
import { CommandFailed, firstWords } from '../../machine/process.ts'
import { NoRoom } from '../../machine/room.ts'
import { isWithdrawn, readInstalledSnap } from '../../machine/snap.ts'
import { type Workload, workloadOf } from '../../machine/workload.ts'
import { fetchPath } from '../layout.ts'
import type { FetchFailed } from '../observed.ts'
import { printBytes } from '../plan/print-bytes.ts'
import { snapRelease } from '../plan/refresh/release.ts'

/** That it does not come off keeps nothing else waiting: it is noted, and the status tells. */
export async function fetchRelease(revision: string, at: number): Promise<void> {
  try {
    if ((await readInstalledSnap())?.revision === revision) await discardFetched()
    else await fetchSnap(revision)
    await removeFile(fetchPath(workloadOf('snap')))
  } catch (error) {
    const release = snapRelease(revision)
    if (error instanceof SnapWithdrawn) return note({ release, words: error.message, withdrawn: true, at })
    if (error instanceof NoRoom)
      return note({ release, words: describeLack(error), withdrawn: false, at, folder: error.folder })
    if (!(error instanceof CommandFailed)) throw error
    await note({ release, words: firstWords(error), withdrawn: false, at })
  }
}

/** What lies ready can't be installed: its file may be spoilt, so it is fetched anew by those hooks that try again. */
export async function discardUnusable(
  workload: Workload,
  revision: string,
  error: CommandFailed,
  at: number,
): Promise<void> {
  const failed = {
    release: snapRelease(revision),
    words: firstWords(error),
    withdrawn: isWithdrawn(error),
    at,
  }
  // On record first: what lies ready no more would else be fetched, and tried, by the very next hook.
  await note(failed, workload)
  await discardFetched(fetchedFolder(workload.paths))
}

export function describeLack({ folder, free, needed }: NoRoom): string {
  return `${folder} has ${printBytes(free)} free, and ${printBytes(needed)} are needed`
}

async function note(failed: FetchFailed, workload = workloadOf('snap')): Promise<void> {
  await makeDirectory(workload.paths.state, { mode: 0o700 })
  await writeFileAtomic(fetchPath(workload), printJsonText(failed), { mode: 0o600 })
}
