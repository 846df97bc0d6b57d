// `juju run etcd/0 verify-backup file=…`: whether a snapshot can be restored, found out by running it aside. Nothing of the cluster is touched.

import type { Charm } from '../../charm.ts'
import { oneBackupAtATime } from '../../plan/backup/guards.ts'
import { workOf } from '../../plan/backup/work.ts'
import { storageAway } from '../../plan/workload/storage.ts'
import { observe } from '../../reconcile.ts'
import { describeSnapshot } from './describe.ts'
import { examine } from './examine.ts'
import { noteVerdict } from './fetch-backup.ts'
import { readParameters } from './parameters.ts'
import { locate } from './locate.ts'

export async function verifyBackup(charm: Charm): Promise<void> {
  const { juju } = charm
  const parameters = await readParameters(juju)
  if (!parameters) return
  const observed = await observe(charm)
  // Below the mount point it would write to the machine's own disk, and what it wrote would be hidden later.
  if (storageAway(observed)) return juju.actionFail("etcd's storage is not there; see this unit's status")
  // What it tries aside lies in the same place.
  if (!oneBackupAtATime.holds(workOf(observed)))
    return juju.actionFail('a backup is under way; wait until juju status tells of it no more')
  await using located = await locate(charm, observed, parameters)
  if (located.kind === 'refused') return juju.actionFail(located.why)
  const found = await examine(charm, observed, located.source, parameters)
  const sound = found.kind === 'sound'
  if (parameters.backupId !== undefined && (sound || found.damaged))
    await noteVerdict(charm, observed, located, sound)
  if (!sound) return juju.actionFail(found.why)
  await juju.actionSet({ verified: 'true', ...describeSnapshot(found) })
}
