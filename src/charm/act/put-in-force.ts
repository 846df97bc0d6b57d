// What was made of a snapshot takes the place of what this unit had, or gives it back. Each is a rename, so whoever dies on the way does
// the rest of it in a later hook.

import { readdir, rename, rm, stat } from 'node:fs/promises'
import { parseJsonText, printJsonText } from '../../interfaces/json-text.ts'
import { exists, readTextIfExists, removeFile, unlessAbsent } from '../../machine/file.ts'
import { findWorkload, type Workload } from '../../machine/workload.ts'
import { claimIn, copyAside, copyFolders, memberPath, replacedNote, restorePaths } from '../layout.ts'
import { claimSchema, replacedSchema } from '../observe/claim-record.ts'
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
  if (!(await isOnlyRestored(memberPath(workload), folder)))
    return setDataAside(now, undefined, { before: folder })
  const { draft } = restorePaths(workload)
  await rm(draft, { recursive: true, force: true })
  await rename(memberPath(workload), draft)
  await rm(draft, { recursive: true, force: true })
}

/** Much longer than a restore takes from there on, and than its action may last. */
const servedFor = 10 * 60 * 1000

/**
 * It was made of the snapshot that took the place of what lies in the folder, and nobody has gone on with it: etcd's log was not written
 * to long after that. Where Juju does not know of a restore any more since its controller was restored, clients have written for days.
 */
export async function isOnlyRestored(member: string, folder: string): Promise<boolean> {
  const path = `${folder}/${replacedNote}`
  const note = parseJsonText(replacedSchema, await readTextIfExists(path))
  const claim = await readClaim(member)
  if (claim === undefined || note?.by !== claim.token) return false
  const begun = await modifiedAt(path)
  const log = `${member}/wal`
  const names = (await unlessAbsent(readdir(log))) ?? []
  const written = await Promise.all(
    names.filter((name) => name.endsWith('.wal')).map((name) => modifiedAt(`${log}/${name}`)),
  )
  return Math.max(begun, ...written) - begun < servedFor
}

async function modifiedAt(path: string): Promise<number> {
  return (await stat(path)).mtimeMs
}

async function readClaim(member: string): Promise<Claim | undefined> {
  return parseJsonText(claimSchema, await readTextIfExists(claimIn(member)))
}

/** What they hold stays, for the operator. */
export async function settleReplaced(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await removeFile(`${folder}/${replacedNote}`)
}

export async function discard(what: 'restored' | 'copies'): Promise<void> {
  const workload = await findWorkload()
  const folders = what === 'copies' ? copyFolders(workload) : [restorePaths(workload).ready]
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
}
