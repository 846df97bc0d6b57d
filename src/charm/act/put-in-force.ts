// What was made of a snapshot takes the place of what this unit had, or gives it back. Each is a rename, so whoever dies on the way does
// the rest of it in a later hook.

import { rename, rm } from 'node:fs/promises'
import { exists } from '../../machine/file.ts'
import { findWorkload } from '../../machine/workload.ts'
import { memberPath, replacedNote, restorePaths } from '../layout.ts'
import { giveToUser } from './found-on-copy.ts'
import { setDataAside } from './set-data-aside.ts'
import { stopEtcd } from './start-record.ts'

export async function putInForce(now: number): Promise<void> {
  const workload = await findWorkload()
  const { ready } = restorePaths(workload)
  await stopEtcd(workload)
  if (await exists(`${ready}/member`)) {
    if (await exists(memberPath(workload))) await setDataAside(now, { note: replacedNote })
    await giveToUser(workload, ready)
    await rename(`${ready}/member`, memberPath(workload))
  }
  await rm(ready, { recursive: true, force: true })
}

export async function takeBack(folder: string, now: number): Promise<void> {
  const workload = await findWorkload()
  await stopEtcd(workload)
  if (!(await exists(`${folder}/member`))) return
  if (await exists(memberPath(workload))) await setDataAside(now)
  await rename(`${folder}/member`, memberPath(workload))
  await rm(folder, { recursive: true, force: true })
}

export async function discardRestored(): Promise<void> {
  const { draft, ready } = restorePaths(await findWorkload())
  for (const folder of [draft, ready]) await rm(folder, { recursive: true, force: true })
}
