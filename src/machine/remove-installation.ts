// What was put on a machine that lives on without its unit is taken away again. The data is Juju's storage and the user owns it: both
// stay. So does the snap: to remove it would be to remove what lies in its folders, storage that is still mounted there, too.

import { readdir, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { charmLogFolder } from './charm-log.ts'
import { removeDefinitions } from './define-service.ts'
import { onDisk } from './disk.ts'
import { removeFile, unlessAbsent } from './file.ts'
import { releases } from './installed-binaries.ts'
import type { Workload } from './workload.ts'

/** The service must have stopped. The programs go last: by them the next attempt knows what there was. */
export async function removeInstallation(workload: Workload): Promise<void> {
  const { paths } = workload
  await removeDefinitions(workload)
  await removeFile(paths.config)
  for (const folder of [paths.tls, paths.state, charmLogFolder, ...(paths.log ? [paths.log] : [])])
    await removeFolder(folder)
  if (workload.kind !== 'binaries') return
  await removeFolder(dirname(paths.config))
  await removeFolder(releases)
}

function removeFolder(folder: string): Promise<void> {
  return onDisk(folder, empty(folder))
}

/** One that somebody has mounted a disk on is busy, and stays without what was in it. */
async function empty(folder: string): Promise<void> {
  for (const name of (await unlessAbsent(readdir(folder))) ?? [])
    await rm(join(folder, name), { recursive: true, force: true })
  await unlessAbsent(rmdir(folder), ['ENOENT', 'EBUSY'])
}
