// A new cluster of one member, on a copy of a database: etcd's own restore. The new cluster has another id, so that no member of
// the old one ever talks to it, and the data that it came from is kept aside as it was.

import { rename, rm, stat } from 'node:fs/promises'
import { exists, giveFolder } from '../../machine/file.ts'
import { restoreSnapshot } from '../../machine/restore-snapshot.ts'
import { lookUpUser } from '../../machine/user.ts'
import type { Workload } from '../../machine/workload.ts'
import { memberPath, newClusterPaths } from '../layout.ts'
import { needSpace } from '../need-space.ts'
import type { Resumption } from '../step.ts'
import { setDataAside } from './set-data-aside.ts'
import { stopEtcd } from './start-record.ts'

const bump = 1_000_000_000n

export async function foundOnCopy(workload: Workload, founding: Resumption, now: number): Promise<void> {
  await stopEtcd(workload)
  const { draft, whole } = newClusterPaths(workload)
  const database = `${memberPath(workload)}/snap/db`
  await rm(draft, { recursive: true, force: true })
  await needSpace(workload.paths.data, { databaseBytes: (await stat(database)).size, copies: 1 })
  const { token, memberName: name, peerUrl } = founding
  // Revisions that were lost with the others must not come again with other content: whoever watches begins anew.
  await restoreSnapshot(workload, {
    name,
    peerUrl,
    token,
    snapshot: database,
    dataDir: draft,
    raw: true,
    bump,
  })
  await rename(draft, whole)
  await finishCopy(workload, now)
}

/** Puts a copy that is whole in its place; one that is not is made anew. */
export async function finishCopy(workload: Workload, now: number): Promise<void> {
  const { whole } = newClusterPaths(workload)
  if (!(await exists(whole))) return
  if (await exists(`${whole}/member`)) {
    if (await exists(memberPath(workload))) await setDataAside(now, undefined, { copyStays: true })
    await giveToUser(workload, whole)
    await rename(`${whole}/member`, memberPath(workload))
  }
  await rm(whole, { recursive: true, force: true })
}

/** Storage that comes from elsewhere may be another user's. */
export async function giveToUser({ user }: Workload, folder: string): Promise<void> {
  const owner = await lookUpUser(user)
  if (owner) await giveFolder(folder, { owner })
}
