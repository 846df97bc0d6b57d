// Where the snapshot is that an operator names: on this unit's storage, or in the store, from which it is fetched.

import type { Charm } from '../../charm.ts'
import type { Observed } from '../../observed.ts'
import { dropFetched } from '../../fetched-snapshot.ts'
import { fetchBackup } from './fetch-backup.ts'
import { findIncoming, type Located } from './incoming.ts'
import type { Parameters } from './parameters.ts'

/** What was fetched goes with it. */
export async function locate(
  charm: Charm,
  observed: Observed,
  { file, backupId, source }: Parameters,
): Promise<Located & AsyncDisposable> {
  const stays = { [Symbol.asyncDispose]: async () => {} }
  if ((file === undefined) === (backupId === undefined))
    return {
      kind: 'refused',
      why: 'say which snapshot: backup-id=<as list-backups prints it>, or file=<name in incoming/>',
      ...stays,
    }
  if (backupId === undefined) return { ...(await findIncoming(file ?? '')), ...stays }
  return { ...(await fetchBackup(charm, observed, { backupId, source })), [Symbol.asyncDispose]: dropFetched }
}
