// Notes beside etcd's data: which founding it is of, and that it is in doubt. Wherever the storage goes, they go with it.

import { parseJsonText, printJsonText } from '../../interfaces/json-text.ts'
import { readTextIfExists, removeFile, writeFileAtomic } from '../../machine/file.ts'
import { findWorkload, type Workload } from '../../machine/workload.ts'
import { claimPath, doubtPath } from '../layout.ts'
import { doubtSchema } from '../observe/claim-record.ts'
import type { Claim, Doubt } from '../observed.ts'

export async function claimData(claim: Claim): Promise<void> {
  await writeFileAtomic(claimPath(await findWorkload()), printJsonText(claim), { mode: 0o600 })
}

export async function noteDoubt(doubt: Doubt): Promise<void> {
  await writeFileAtomic(doubtPath(await findWorkload()), printJsonText(doubt), { mode: 0o600 })
}

/** etcd compares its data with the others' before it serves: once a later start than that in doubt serves, the data is good. */
export async function endDoubt(workload: Workload, invocation: string): Promise<void> {
  const path = doubtPath(workload)
  const doubt = parseJsonText(doubtSchema, await readTextIfExists(path))
  if (doubt !== undefined && doubt.invocation !== invocation) await removeFile(path)
}
