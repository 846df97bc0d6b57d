// Data that this cluster can't use is never deleted: it is moved away, on the same storage, for the operator to decide.

import { rename } from 'node:fs/promises'
import { makeDirectory, unlessAbsent } from '../../machine/file.ts'
import { stopService } from '../../machine/service.ts'
import { asidePath, memberPath } from '../layout.ts'
import { findWorkload } from '../observe-machine.ts'

export async function setDataAside(now: number): Promise<void> {
  const workload = await findWorkload()
  await stopService(workload.service)
  const aside = asidePath(workload, now)
  await makeDirectory(aside, { mode: 0o700 })
  await unlessAbsent(rename(memberPath(workload), `${aside}/member`))
}
