// Begins to take a backup: a process of its own, which this hook does not wait for. What it was begun with is on disk first, the order with
// the store's keys in memory, for the process to read and remove.

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { BackupJob } from '../../../interfaces/backup-job.ts'
import { digest } from '../../../interfaces/digest.ts'
import { printJsonText } from '../../../interfaces/json-text.ts'
import { printLedger } from '../../../interfaces/ledger.ts'
import { makeDirectory, writeFileAtomic } from '../../../machine/file.ts'
import { CommandFailed } from '../../../machine/process.ts'
import { startWork } from '../../../machine/transient-service.ts'
import { workloadPaths } from '../../../machine/workload.ts'
import type { Charm } from '../../charm.ts'
import { plainText } from '../../../plain-text.ts'
import { backupPaths, ordersFolder } from '../../layout.ts'
import { backupUnit } from '../../observe/backup/records.ts'
import type { Observed } from '../../observed.ts'
import { ownEndpoint } from '../../open-admin.ts'
import { Waiting } from '../../outcome.ts'
import { forgetBackup, removeOrders } from './note-end.ts'
import { type Ready, requireStore } from './require-store.ts'

/** Memory is etcd's: half of what it would take otherwise (`make bench ONLY=backup`). */
const frugal = ['--max-semi-space-size=1', '--expose-gc', '--optimize-for-size']

/** The most that a database of etcd is for, at a megabyte a second. */
const longestSeconds = 4 * 60 * 60

export interface BackupWanted {
  /** Milliseconds since 1970: one that was begun since then is enough. Left out, one is taken whatever there is. */
  readonly since?: number
  /** No other is deleted once it is taken. */
  readonly keepsAll?: boolean
}

/**
 * @returns its token, which its progress and its outcome bear
 * @throws {Blocked} or {@link Waiting} where there is no store, or systemd begins nothing
 */
export async function beginBackup(
  charm: Charm,
  observed: Observed,
  wanted: BackupWanted = {},
): Promise<string> {
  const { since } = wanted
  const store = await requireStore(charm, observed)
  const token = randomUUID()
  const paths = backupPaths(workloadPaths('snap'))
  await makeDirectory(paths.folder, { mode: 0o700 })
  await removeOrders()
  const begun = { token, at: charm.now, scheduled: since !== undefined }
  await writeFileAtomic(paths.begun, printJsonText(begun), { mode: 0o600 })
  await makeDirectory(ordersFolder, { mode: 0o700 })
  const order = join(ordersFolder, `${token}.json`)
  const job = describeJob(charm, observed, { ...wanted, token, store })
  await writeFileAtomic(order, JSON.stringify(job), { mode: 0o600 })
  try {
    await startWork({
      unit: backupUnit,
      description: 'Backup of etcd to an object store',
      command: [join(charm.context.charmDir, 'bin/node'), ...frugal, workerPath(charm), 'backup', order],
      longestSeconds,
    })
  } catch (error) {
    await removeOrders()
    await forgetBackup()
    if (!(error instanceof CommandFailed)) throw error
    throw new Waiting(`a backup can't be begun now: ${plainText(error.stderr || error.how)}`)
  }
  return token
}

function workerPath({ context }: Charm): string {
  return join(context.charmDir, 'dist/worker.cjs')
}

interface Wanted extends BackupWanted {
  readonly token: string
  readonly store: Ready
}

function describeJob(
  charm: Charm,
  observed: Observed,
  { token, store, since, keepsAll = false }: Wanted,
): BackupJob {
  const { context } = charm
  const options = observed.config.inForce
  const { authorities, founding } = observed.peers?.application ?? {}
  const authority = authorities?.admin
  const longer = Number(store.given['delete-older-than-days'] ?? 0)
  return {
    token,
    store: { ...store.settings, authorities: [...store.settings.authorities] },
    proxies: { ...context.proxies },
    unit: context.unit,
    application: context.app,
    model: context.model,
    members: [...membersToAsk(observed)],
    ...(since !== undefined && { since }),
    ...(since !== undefined &&
      options['backup-verify'] &&
      authority !== undefined && { verifyBy: authority }),
    keepsAll,
    keep: options['backup-keep'],
    keepDays: Math.max(options['backup-keep-days'], Number.isFinite(longer) ? longer : 0),
    ...(founding && { founding: digest(Buffer.from(founding.token)) }),
    ...(observed.peers && {
      ledgerDigest: digest(Buffer.from(printJsonText(printLedger(observed.peers.ledger)))),
    }),
  }
}

function membersToAsk({ unit, peers }: Observed): BackupJob['members'] {
  const others = [...(peers?.units ?? [])].flatMap(([name, { databag }]) =>
    name === unit || databag.endpoint === undefined
      ? []
      : [{ unit: name, endpoint: `https://${databag.endpoint}` }],
  )
  return [{ unit, endpoint: ownEndpoint }, ...others]
}
