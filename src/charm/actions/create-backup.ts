// `juju run etcd/leader create-backup`: begins to take a backup, and waits for its end as long as an action may, telling how far it is. The
// work is a process of its own and goes on without the action.

import { setTimeout as sleep } from 'node:timers/promises'
import { beginBackup } from '../act/backup/begin-backup.ts'
import type { Charm } from '../charm.ts'
import { readBackupRecords } from '../observe/backup/records.ts'
import type { BackupOnDisk } from '../observed.ts'
import { conditionOf } from '../outcome.ts'
import { describeProgress } from '../plan/backup/conditions.ts'
import { oneBackupAtATime } from '../plan/backup/guards.ts'
import { workOf } from '../plan/backup/work.ts'
import { restoreUnderWay } from '../plan/restore/under-way.ts'
import { observe } from '../reconcile.ts'
import { whyNotAsLeader } from './on-leader.ts'

export async function createBackup(charm: Charm): Promise<void> {
  const { juju } = charm
  const observed = await observe(charm)
  // It ends with the unit, and the leader that comes after knows nothing of it.
  const refusal = whyNotAsLeader(charm, observed)
  if (refusal !== undefined) return juju.actionFail(refusal)
  if (!oneBackupAtATime.holds(workOf(observed)))
    return juju.actionFail('a backup is under way; juju status tells how far it is')
  const restore = restoreUnderWay(observed)
  if (restore)
    return juju.actionFail(
      `${restore.unit} restores ${restore.snapshot}; take a backup once juju status tells of it no more`,
    )
  const token = await beginOrTell(charm, () => beginBackup(charm, observed))
  if (token === undefined) return
  const { wait } = await juju.actionParameters()
  if (wait === false)
    return juju.actionSet({ result: 'begun; juju status and list-backups tell how it goes' })
  const last = await awaitBackup(charm, token)
  if (last?.outcome?.token !== token) return tellUnended(charm, last)
  const { ended, failure, newest, warnings } = last.outcome
  if (ended === 'failed') return juju.actionFail(`the backup failed: ${failure?.words ?? 'nobody knows why'}`)
  await juju.actionSet({
    'backup-id': newest?.id ?? '',
    size: String(newest?.size ?? 0),
    revision: newest?.revision ?? 'unknown',
    ...(warnings.length > 0 && { warnings: warnings.join('\n') }),
  })
}

/** `undefined` where it could not be begun, and the action has failed. */
async function beginOrTell(charm: Charm, begin: () => Promise<string>): Promise<string | undefined> {
  try {
    return await begin()
  } catch (error) {
    const condition = conditionOf(error)
    if (!condition) throw error
    await charm.juju.actionFail(condition.message)
    return undefined
  }
}

const looksEveryMs = 500
const tellsEveryMs = 5000

/** What is on disk once it has ended, or once the action may wait no longer. */
export async function awaitBackup(
  { deadline, juju }: Charm,
  token: string,
): Promise<BackupOnDisk | undefined> {
  let told = 0
  let before = { bytes: 0, at: performance.now() }
  for (;;) {
    const found = await readBackupRecords()
    if (!found?.running || found.outcome?.token === token || deadline.aborted) return found
    const { progress } = found
    if (progress?.token === token && performance.now() - told > tellsEveryMs) {
      told = performance.now()
      const seconds = (told - before.at) / 1000
      const rate = (progress.bytes - before.bytes) / 1e6 / Math.max(seconds, 0.001)
      before = { bytes: progress.bytes, at: told }
      await juju.actionLog(`${describeProgress(progress.bytes, progress.total)}, ${rate.toFixed(1)} MB/s`)
    }
    await sleep(looksEveryMs)
  }
}

async function tellUnended({ juju }: Charm, last: BackupOnDisk | undefined): Promise<void> {
  if (last?.running)
    return juju.actionSet({ result: 'it goes on by itself; juju status and list-backups tell how it goes' })
  await juju.actionFail('it ended without a word; see journalctl -u etcd-charm-backup on this unit')
}
