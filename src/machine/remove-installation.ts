// What was put on a machine that lives on without its unit is taken away again. The data is Juju's storage and the user owns it: both
// stay. So does the snap: to remove it would be to remove what lies in its folders, storage that is still mounted there, too.

import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { removeDefinitions } from './define-service.ts'
import { removeFile } from './file.ts'
import { charmLogFolder } from './charm-log.ts'
import { releases } from './installed-binaries.ts'
import type { Workload } from './workload.ts'

/** The service must have stopped. The programs go last: by them the next attempt knows what there was. */
export async function removeInstallation(workload: Workload): Promise<void> {
  const { paths } = workload
  await removeDefinitions(workload)
  await removeFile(paths.config)
  for (const folder of [paths.tls, paths.state, charmLogFolder, ...(paths.log ? [paths.log] : [])])
    await rm(folder, { recursive: true, force: true })
  if (workload.kind !== 'binaries') return
  await rm(dirname(paths.config), { recursive: true, force: true })
  await rm(releases, { recursive: true, force: true })
}
