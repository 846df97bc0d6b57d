// What lies on the storage of a restore that is under way, or that was.

import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import * as z from 'zod/mini'
import { parseJsonText } from '../../interfaces/json-text.ts'
import { readTextIfExists, unlessAbsent } from '../../machine/file.ts'
import type { Workload } from '../../machine/workload.ts'
import { asidePrefix, claimIn, copyFolders, replacedNote, restorePaths } from '../layout.ts'
import type { Ready, Replaced, RestoreSeen } from '../observed.ts'
import { claimSchema, replacedSchema } from './claim-record.ts'

const readySchema = z.object({ token: z.string(), snapshot: z.string() })

export async function observeRestore(workload: Workload): Promise<RestoreSeen> {
  const { data } = workload.paths
  const names = (await unlessAbsent(readdir(data))) ?? []
  return {
    ready: await readReady(workload),
    replaced: await findReplaced(data, names),
    hasCopies: copyFolders(workload).some((folder) => names.includes(basename(folder))),
  }
}

async function readReady(workload: Workload): Promise<Ready | undefined> {
  return parseJsonText(readySchema, await readTextIfExists(restorePaths(workload).record))
}

async function findReplaced(data: string, names: readonly string[]): Promise<readonly Replaced[]> {
  const found: Replaced[] = []
  for (const name of names.filter((one) => one.startsWith(asidePrefix)).sort()) {
    const folder = `${data}/${name}`
    const note = await readTextIfExists(`${folder}/${replacedNote}`)
    if (note === undefined) continue
    const claim = parseJsonText(claimSchema, await readTextIfExists(claimIn(`${folder}/member`)))
    if (claim) found.push({ folder, claim, by: parseJsonText(replacedSchema, note)?.by })
  }
  return found
}
