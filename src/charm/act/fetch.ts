// Fetches a revision of the snap while etcd runs, to lie ready for this unit's turn.

import { printJsonText } from '../../interfaces/json-text.ts'
import { discardFetched, fetchSnap, SnapWithdrawn } from '../../machine/fetched-snap.ts'
import { makeDirectory, removeFile, writeFileAtomic } from '../../machine/file.ts'
import { CommandFailed } from '../../machine/process.ts'
import { NoRoom } from '../../machine/room.ts'
import { readInstalledSnap } from '../../machine/snap.ts'
import { workloadOf } from '../../machine/workload.ts'
import { plainText } from '../../plain-text.ts'
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
    const words = plainText(error.stderr.split('\n')[0] || error.message)
    await note({ release, words, withdrawn: false, at })
  }
}

export function describeLack({ folder, free, needed }: NoRoom): string {
  return `${folder} has ${printBytes(free)} free, and ${printBytes(needed)} are needed`
}

async function note(failed: FetchFailed): Promise<void> {
  const workload = workloadOf('snap')
  await makeDirectory(workload.paths.state, { mode: 0o700 })
  await writeFileAtomic(fetchPath(workload), printJsonText(failed), { mode: 0o600 })
}
