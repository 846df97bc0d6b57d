// Notes on the root disk which storage this unit has, and whether it is mounted. systemd reads it before each start of etcd
// (src/machine/unit-file.ts), and so does the charm before it takes an empty folder for lost data.

import { printJsonText } from '../../interfaces/json-text.ts'
import { makeDirectory, writeFileAtomic } from '../../machine/file.ts'
import { findWorkload } from '../../machine/workload.ts'
import { storagePath } from '../layout.ts'
import type { StorageRecord } from '../observed.ts'

export async function recordStorage(record: StorageRecord): Promise<void> {
  const workload = await findWorkload()
  await makeDirectory(workload.paths.state, { mode: 0o700 })
  await writeFileAtomic(storagePath(workload), printJsonText(record), { mode: 0o600 })
}
