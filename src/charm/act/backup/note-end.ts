// What is noted of work that could not do so itself, and what is left of it removed: its order, with the store's keys, above all.

import { rm } from 'node:fs/promises'
import { printJsonText } from '../../../interfaces/json-text.ts'
import type { BackupOutcome, StoreSeen } from '../../../interfaces/backup-record.ts'
import { makeDirectory, removeFile, writeFileAtomic } from '../../../machine/file.ts'
import { stopWork } from '../../../machine/transient-service.ts'
import { workloadPaths } from '../../../machine/workload.ts'
import type { Charm } from '../../charm.ts'
import { dropFetched } from '../../fetched-snapshot.ts'
import { backupPaths, ordersFolder } from '../../layout.ts'
import { backupUnit } from '../../observe/backup/records.ts'
import type { Observed } from '../../observed.ts'

export async function noteLoss({ now }: Charm, { machine }: Observed, token: string): Promise<void> {
  await removeOrders()
  const { newest, ahead, verification } = machine.backup?.outcome ?? {}
  await dropFetched()
  await writeOutcome({
    token,
    at: now,
    ended: 'failed',
    failure: {
      kind: 'other',
      words: 'it ended without a word, as when its machine restarts (see journalctl -u etcd-charm-backup)',
    },
    warnings: [],
    ...(newest && { newest }),
    ...(ahead && { ahead }),
    ...(verification && { verification }),
  })
}

export async function writeOutcome(outcome: BackupOutcome): Promise<void> {
  const paths = backupPaths(workloadPaths('snap'))
  await makeDirectory(paths.folder, { mode: 0o700 })
  await writeFileAtomic(paths.outcome, printJsonText(outcome), { mode: 0o600 })
}

export async function recordStores(stores: readonly StoreSeen[]): Promise<void> {
  const paths = backupPaths(workloadPaths('snap'))
  await makeDirectory(paths.folder, { mode: 0o700 })
  await writeFileAtomic(paths.stores, printJsonText({ stores }), { mode: 0o600 })
}

/** As if it had not been begun. */
export async function forgetBackup(): Promise<void> {
  await removeFile(backupPaths(workloadPaths('snap')).begun)
}

/** Of all work that nobody does. */
export async function removeOrders(): Promise<void> {
  await rm(ordersFolder, { recursive: true, force: true })
}

/** Whatever is under way on this machine; it takes back what it has put in the store by halves. */
export async function endBackup(): Promise<void> {
  await stopWork(backupUnit)
  await removeOrders()
}
