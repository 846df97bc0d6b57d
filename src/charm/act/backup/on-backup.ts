// What does the steps about backups.

import type { ByKind } from '../../by-kind.ts'
import type { BackupStep } from '../../step.ts'
import { beginBackup } from './begin-backup.ts'
import { noteLoss, recordStores } from './note-end.ts'

export const onBackup: ByKind<BackupStep['kind']> = {
  'stores/record': (_charm, _observed, { stores }) => recordStores(stores),
  'backup/begin': (charm, observed, { since }) => beginBackup(charm, observed, { since }),
  'backup/note-loss': (charm, observed, { token }) => noteLoss(charm, observed, token),
}
