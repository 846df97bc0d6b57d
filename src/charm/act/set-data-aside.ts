// Data that this cluster can't use is never deleted: it is moved away, on the same storage, for the operator to decide. Not without
// end, though: a member that loses its data again and again has something that a human must look after.

import { rename } from 'node:fs/promises'
import { makeDirectory, unlessAbsent, writeFileAtomic } from '../../machine/file.ts'
import { findWorkload } from '../../machine/workload.ts'
import { asidePath, memberPath } from '../layout.ts'
import { countAside, describeAside, mostAside } from '../observe/aside.ts'
import { Blocked } from '../outcome.ts'
import { stopEtcd } from './start-record.ts'

export async function setDataAside(
  now: number,
  note?: { readonly name: string; readonly content: string },
): Promise<void> {
  const workload = await findWorkload()
  const { data } = workload.paths
  if ((await countAside(data)) >= mostAside) throw new Blocked(describeAside(data))
  await stopEtcd(workload)
  const aside = asidePath(workload, now)
  await makeDirectory(aside, { mode: 0o700 })
  if (note) await writeFileAtomic(`${aside}/${note.name}`, note.content, { mode: 0o600 })
  await unlessAbsent(rename(memberPath(workload), `${aside}/member`))
}
