// Notes, beside etcd's data, which founding it is of: wherever the storage goes, this goes with it.

import { printJsonText } from '../../interfaces/json-text.ts'
import { writeFileAtomic } from '../../machine/file.ts'
import { findWorkload } from '../../machine/workload.ts'
import { claimPath } from '../layout.ts'
import type { Claim } from '../observed.ts'

export async function claimData(claim: Claim): Promise<void> {
  await writeFileAtomic(claimPath(await findWorkload()), printJsonText(claim), { mode: 0o600 })
}
