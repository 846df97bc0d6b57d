// Data that this cluster can't use is never deleted: it is moved away, on the same storage, for the operator to decide. Not without
// end, though: a member that loses its data again and again has something that a human must look after.

import { readdir, rename } from 'node:fs/promises'
import { exists, makeDirectory, unlessAbsent } from '../../machine/file.ts'
import { findWorkload } from '../../machine/workload.ts'
import { asidePath, asidePrefix, memberPath } from '../layout.ts'
import { Blocked } from '../outcome.ts'
import { stopEtcd } from './start-record.ts'

const mostAside = 3

export async function setDataAside(now: number): Promise<void> {
  const workload = await findWorkload()
  const { data } = workload.paths
  if ((await countAside(data)) >= mostAside)
    throw new Blocked(
      `${mostAside} folders ${asidePrefix}* in ${data} hold earlier data of this unit; look at them and delete what is not needed`,
    )
  await stopEtcd(workload)
  const aside = asidePath(workload, now)
  await makeDirectory(aside, { mode: 0o700 })
  await unlessAbsent(rename(memberPath(workload), `${aside}/member`))
}

/** An empty one is of a hook that died on the way. */
async function countAside(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(asidePrefix))
  const filled = await Promise.all(names.map((name) => exists(`${folder}/${name}/member`)))
  return filled.filter(Boolean).length
}
