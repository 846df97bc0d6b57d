// What was made of a snapshot takes the place of what this unit had, or gives it back. Each is a rename, so whoever dies on the way does
// the rest of it in a later hook.

import { rename, rm } from 'node:fs/promises'
import * as z from 'zod/mini'
import { parseJsonText, printJsonText } from '../../interfaces/json-text.ts'
import { exists, readTextIfExists, removeFile } from '../../machine/file.ts'
import { findWorkload, type Workload } from '../../machine/workload.ts'
import { claimIn, copyAside, memberPath, replacedNote, restorePaths } from '../layout.ts'
import { claimSchema } from '../observe/claim-record.ts'
import type { Claim } from '../observed.ts'
import { giveToUser } from './found-on-copy.ts'
import { setDataAside } from './set-data-aside.ts'
import { stopEtcd } from './start-record.ts'

export async function putInForce(now: number): Promise<void> {
  const workload = await findWorkload()
  const { ready } = restorePaths(workload)
  await stopEtcd(workload)
  if (await exists(`${ready}/member`)) {
    const by = await readClaim(`${ready}/member`)
    const note = { name: replacedNote, content: printJsonText({ by: by?.token }) }
    if (await exists(memberPath(workload))) await setDataAside(now, note)
    await giveToUser(workload, ready)
    await rename(`${ready}/member`, memberPath(workload))
  }
  await rm(ready, { recursive: true, force: true })
}

export async function takeBack(folder: string, now: number): Promise<void> {
  const workload = await findWorkload()
  await stopEtcd(workload)
  if (!(await exists(`${folder}/member`))) return
  if (await exists(memberPath(workload))) await clear(workload, folder, now)
  await rename(`${folder}/member`, memberPath(workload))
  // A copy that an earlier founding left behind lies there for the operator.
  if (await exists(copyAside(folder))) await removeFile(`${folder}/${replacedNote}`)
  else await rm(folder, { recursive: true, force: true })
}

/** What was made of the snapshot can be made of it again; anything else is somebody's data. */
async function clear(workload: Workload, folder: string, now: number): Promise<void> {
  const note = parseJsonText(noteSchema, await readTextIfExists(`${folder}/${replacedNote}`))
  const claim = await readClaim(memberPath(workload))
  if (claim === undefined || note?.by !== claim.token) return setDataAside(now)
  const { draft } = restorePaths(workload)
  await rm(draft, { recursive: true, force: true })
  await rename(memberPath(workload), draft)
  await rm(draft, { recursive: true, force: true })
}

const noteSchema = z.object({ by: z.optional(z.string()) })

async function readClaim(member: string): Promise<Claim | undefined> {
  return parseJsonText(claimSchema, await readTextIfExists(claimIn(member)))
}

export async function discardRestored(): Promise<void> {
  const { draft, ready } = restorePaths(await findWorkload())
  for (const folder of [draft, ready]) await rm(folder, { recursive: true, force: true })
}
