// Copies of what etcd reads at its start, as they were when it last served: what it goes back to when it does not run with others.

import { definitionsOf } from '../../machine/define-service.ts'
import { exists, makeDirectory, readTextIfExists, writeFileAtomic } from '../../machine/file.ts'
import { reloadServices } from '../../machine/service.ts'
import { lookUpUser } from '../../machine/user.ts'
import type { Workload } from '../../machine/workload.ts'
import { pathOf, provenFolder } from '../layout.ts'
import type { StartFile } from '../observed.ts'

const startFiles: readonly StartFile[] = ['configuration', 'truststore', 'peer-authority']

interface Kept {
  readonly path: string
  readonly copy: string
  /** etcd's own user reads it, and nobody else does. */
  readonly secret: boolean
}

function keptOf(workload: Workload): readonly Kept[] {
  const folder = provenFolder(workload)
  const files = startFiles.map((file) => ({
    path: pathOf(workload, file),
    copy: `${folder}/${file}`,
    secret: true,
  }))
  const definitions = definitionsOf(workload).filter(({ ofStart }) => ofStart)
  return [...files, ...definitions.map(({ path }) => ({ path, copy: `${folder}/service`, secret: false }))]
}

export async function keepProven(workload: Workload): Promise<void> {
  await makeDirectory(workload.paths.state, { mode: 0o700 })
  await makeDirectory(provenFolder(workload), { mode: 0o700 })
  for (const { path, copy } of keptOf(workload)) {
    const text = await readTextIfExists(path)
    if (text !== undefined) await writeFileAtomic(copy, text, { mode: 0o600 })
  }
}

/** Of a version of the charm that kept none, what is there now is what etcd runs with. */
export async function keepProvenAtFirst(workload: Workload): Promise<void> {
  if (!(await exists(provenFolder(workload)))) await keepProven(workload)
}

export async function restoreProven(workload: Workload): Promise<void> {
  const owner = await lookUpUser(workload.user)
  for (const { path, copy, secret } of keptOf(workload)) {
    const text = await readTextIfExists(copy)
    if (text === undefined) continue
    await writeFileAtomic(path, text, secret ? { mode: 0o600, ...(owner && { owner }) } : { mode: 0o644 })
  }
  await reloadServices()
}
