// Keys, and what lies with them, are read and written by etcd's user and by nobody else. etcd reads most of them at each handshake.

import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type FolderRights, giveFolder, isGiven, makeDirectory, unlessAbsent } from './file.ts'
import { lookUpUser } from './user.ts'
import type { Workload } from './workload.ts'

/** Of the folder of a tarball's configuration, where the keys are; a snap's is snapd's. */
const modeAbove = 0o755

export async function areKeysGiven(workload: Workload): Promise<boolean> {
  const rights = await rightsOf(workload)
  return !rights || ((await isGiven(workload.paths.tls, rights)) && (await canEnter(workload)))
}

async function canEnter({ kind, paths }: Workload): Promise<boolean> {
  const above = kind === 'binaries' ? await unlessAbsent(stat(dirname(paths.tls))) : undefined
  return !above || (above.mode & 0o7777) === modeAbove
}

export async function giveKeys(workload: Workload): Promise<void> {
  const { kind, paths } = workload
  if (kind === 'binaries') await makeDirectory(dirname(paths.tls), { mode: modeAbove })
  const rights = await rightsOf(workload)
  if (rights) await giveFolder(paths.tls, rights)
}

/** `undefined` before the installation, with which the user comes. */
async function rightsOf({ user }: Workload): Promise<FolderRights | undefined> {
  const owner = await lookUpUser(user)
  return owner && { owner, mode: 0o600 }
}
