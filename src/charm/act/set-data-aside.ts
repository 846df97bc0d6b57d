// Data that this cluster can't use is never deleted: it is moved away, on the same storage, for the operator to decide. Not without
// end, though: a member that loses its data again and again has something that a human must look after.

import { rename, rm } from 'node:fs/promises'
import { makeDirectory, unlessAbsent, writeFileAtomic } from '../../machine/file.ts'
import { findWorkload, type Workload } from '../../machine/workload.ts'
import { asidePath, copyAside, memberAside, memberPath, newClusterPaths } from '../layout.ts'
import { countAside, describeAside, mostAside } from '../observe/aside.ts'
import { Blocked } from '../outcome.ts'
import { stopEtcd } from './start-record.ts'

/** `copyStays`: the copy that was made of the data is about to take its place, or `before`, which was set aside: that counts no more. */
export async function setDataAside(
  now: number,
  note?: { readonly name: string; readonly content: string },
  { copyStays = false, before }: { readonly copyStays?: boolean; readonly before?: string } = {},
): Promise<void> {
  const workload = await findWorkload()
  const { data } = workload.paths
  if ((await countAside(data, before)) >= mostAside) throw new Blocked(describeAside(data))
  await stopEtcd(workload)
  const aside = asidePath(workload, now)
  await makeDirectory(aside, { mode: 0o700 })
  if (note) await writeFileAtomic(`${aside}/${note.name}`, note.content, { mode: 0o600 })
  if (!copyStays) await moveCopy(workload, aside)
  await unlessAbsent(rename(memberPath(workload), memberAside(aside)))
}

/** Of a founding that did not come to its end: left behind, a copy that is whole would count as data of this unit in every hook. */
export async function moveCopy(workload: Workload, aside: string): Promise<void> {
  const { draft, whole } = newClusterPaths(workload)
  await unlessAbsent(rename(whole, copyAside(aside)))
  await rm(draft, { recursive: true, force: true })
}
