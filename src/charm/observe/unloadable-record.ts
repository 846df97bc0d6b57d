// Certificates that etcd of some release can't load, as they lie on this unit's disk: for as long as that release is installed.

import * as z from 'zod/mini'
import type { Unloadable } from '../../interfaces/etcd-peers.ts'
import { parseJsonText, printJsonText } from '../../interfaces/json-text.ts'
import { makeDirectory, readTextIfExists, writeFileAtomic } from '../../machine/file.ts'
import type { Workload } from '../../machine/workload.ts'
import { unloadablePath } from '../layout.ts'

const schema = z.object({
  release: z.string(),
  rows: z.array(z.object({ fingerprint: z.string(), words: z.string() })),
})

/** Newer ones are worth more: whoever was refused for the oldest is not coming back by it. */
const mostRows = 100

/** @param releases those that are installed, or lie ready to be */
export async function readUnloadable(
  workload: Workload,
  releases: readonly string[],
): Promise<readonly Unloadable[]> {
  const record = parseJsonText(schema, await readTextIfExists(unloadablePath(workload)))
  return record && releases.includes(record.release) ? record.rows : []
}

export async function noteUnloadable(
  workload: Workload,
  release: string,
  found: readonly Unloadable[],
): Promise<void> {
  const rows = new Map(
    [...(await readUnloadable(workload, [release])), ...found].map((row) => [row.fingerprint, row]),
  )
  await makeDirectory(workload.paths.state, { mode: 0o700 })
  const record = { release, rows: [...rows.values()].slice(-mostRows) }
  await writeFileAtomic(unloadablePath(workload), printJsonText(record), { mode: 0o600 })
}
