// A truststore that etcd can't load: whose certificates are at fault is found and noted, so that the leader refuses who sent them. One
// of them would stop every member at its next start.

import { splitBundle } from '../../interfaces/authorities-digest.ts'
import { findUnloadable } from '../../machine/find-unloadable.ts'
import { readInstalledBinaries } from '../../machine/installed-binaries.ts'
import { readInstalled, type Workload } from '../../machine/workload.ts'
import { Waiting } from '../outcome.ts'
import { fingerprintOfPem } from '../plan/trust/unloadable.ts'
import { tryBundle } from '../observe/try-certificate.ts'
import { noteUnloadable } from '../observe/unloadable-record.ts'

/**
 * @param etcdctl of the release that lies ready, where that is the one to load it
 * @throws {Waiting} where they are found; the leader refuses them
 */
export async function findCulprits(workload: Workload, bundle: string, etcdctl?: string): Promise<void> {
  const found = await findUnloadable(splitBundle(bundle), (part) => tryBundle(workload, part, etcdctl))
  if (found.kind !== 'found') return
  const release = etcdctl ? readInstalledBinaries(undefined, 'next') : readInstalled(workload)
  const { version = '' } = (await release) ?? {}
  const rows = found.unloadable.map(({ pem, why }) => ({
    fingerprint: fingerprintOfPem(pem),
    words: `etcd ${version}: ${why}`,
  }))
  await noteUnloadable(workload, version, rows)
  const [first] = rows
  throw new Waiting(
    `waiting for the leader to refuse ${rows.length} certificates of clients that etcd can't load (${first?.words})`,
  )
}
