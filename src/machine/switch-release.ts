// Puts another release of etcd in force, for both kinds of installation.

import { putNextInForce, putPreviousInForce } from './binaries.ts'
import { fetchedFolder, putFetchedSnapInForce, putPreviousSnapInForce } from './fetched-snap.ts'
import { stopService } from './service.ts'
import { readInstalledSnap } from './snap.ts'
import type { Workload } from './workload-paths.ts'

/**
 * Stops etcd where that takes it: snapd would start a service that is enabled at once, with the configuration of the release before. One
 * that is disabled stays down until a hook starts it, also through a reboot.
 */
export async function readySwitch({ kind, service }: Workload): Promise<void> {
  if (kind === 'snap') await stopService(service, { disable: true })
}

export async function switchToNext({ kind, paths }: Workload): Promise<void> {
  if (kind === 'binaries') return putNextInForce()
  await putFetchedSnapInForce(await readInstalledSnap(), fetchedFolder(paths))
}

export async function switchToPrevious({ kind }: Workload): Promise<void> {
  await (kind === 'binaries' ? putPreviousInForce() : putPreviousSnapInForce())
}
