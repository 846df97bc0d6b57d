// Notes that all access was looked at: the next sweeps need not look again while etcd says that nothing has changed.

import { printJsonText } from '../../interfaces/json-text.ts'
import { makeDirectory, writeFileAtomic } from '../../machine/file.ts'
import { findWorkload } from '../../machine/workload.ts'
import { auditedPath } from '../layout.ts'
import type { Audited } from '../observed.ts'

export async function recordAudited(audited: Audited): Promise<void> {
  const workload = await findWorkload()
  await makeDirectory(workload.paths.state, { mode: 0o700 })
  await writeFileAtomic(auditedPath(workload), printJsonText(audited), { mode: 0o600 })
}
