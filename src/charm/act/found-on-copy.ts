// A new cluster of one member, on a copy of a database: etcd's own restore. The new cluster has another id, so that no member of
// the old one ever talks to it, and the data that it came from is kept aside as it was.

import { rename, rm, stat, statfs } from 'node:fs/promises'
import { exists, giveFolder } from '../../machine/file.ts'
import { run } from '../../machine/process.ts'
import { lookUpUser } from '../../machine/user.ts'
import type { Workload } from '../../machine/workload.ts'
import { memberPath, newClusterPaths } from '../layout.ts'
import { Blocked } from '../outcome.ts'
import type { Resumption } from '../step.ts'
import { setDataAside } from './set-data-aside.ts'
import { stopEtcd } from './start-record.ts'

/** Of two segments of the write-ahead log. */
const besidesDatabase = 150_000_000

export async function foundOnCopy(workload: Workload, founding: Resumption, now: number): Promise<void> {
  await stopEtcd(workload)
  const { draft, whole } = newClusterPaths(workload)
  const database = `${memberPath(workload)}/snap/db`
  await needSpace(workload.paths.data, (await stat(database)).size + besidesDatabase)
  await rm(draft, { recursive: true, force: true })
  await run(
    workload.paths.etcdutl,
    [...(await restoring(workload, founding)), `--data-dir=${draft}`, database],
    {
      timeoutMs: 3_600_000,
    },
  )
  await rename(draft, whole)
  await finishCopy(workload, now)
}

/** Puts a copy that is whole in its place; one that is not is made anew. */
export async function finishCopy(workload: Workload, now: number): Promise<void> {
  const { whole } = newClusterPaths(workload)
  if (!(await exists(whole))) return
  if (await exists(`${whole}/member`)) {
    if (await exists(memberPath(workload))) await setDataAside(now)
    await giveToUser(workload, whole)
    await rename(`${whole}/member`, memberPath(workload))
  }
  await rm(whole, { recursive: true, force: true })
}

/** Storage that comes from elsewhere may be another user's. */
export async function giveToUser({ user }: Workload, folder: string): Promise<void> {
  const owner = await lookUpUser(user)
  if (owner) await giveFolder(folder, owner)
}

async function restoring(
  { paths }: Workload,
  { token, memberName, peerUrl }: Resumption,
): Promise<readonly string[]> {
  const help = await run(paths.etcdutl, ['snapshot', 'restore', '--help'])
  // Revisions that were lost with the others must not come again with other content: whoever watches begins anew.
  const bump = help.includes('--bump-revision') ? ['--bump-revision=1000000000', '--mark-compacted'] : []
  return [
    'snapshot',
    'restore',
    '--skip-hash-check',
    `--name=${memberName}`,
    `--initial-cluster=${memberName}=${peerUrl}`,
    `--initial-cluster-token=${token}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    ...bump,
  ]
}

async function needSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const mebibytes = (size: number): string => `${Math.ceil(size / 1_048_576)} MiB`
  if (bavail * bsize < bytes)
    throw new Blocked(
      `a copy of the database needs ${mebibytes(bytes)} on the storage, ${mebibytes(bavail * bsize)} are free; make space`,
    )
}
