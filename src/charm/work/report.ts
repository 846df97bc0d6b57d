// What work tells the hooks by files: how far it is, and how it ended. A failure is told in the words of whoever failed, and sorted by who
// can mend it.

import { printJsonText } from '../../interfaces/json-text.ts'
import {
  type BackupOutcome,
  type failures,
  type NewestBackup,
  outcomeSchema,
  type Verification,
} from '../../interfaces/backup-record.ts'
import { parseJsonText } from '../../interfaces/json-text.ts'
import { makeDirectory, readTextIfExists, writeFileAtomic } from '../../machine/file.ts'
import { workloadPaths } from '../../machine/workload.ts'
import {
  BucketMissing,
  StoreDenied,
  StoreFull,
  StoreUnavailable,
  StoreUntrusted,
} from '../../object-storage/port.ts'
import { EtcdFailure } from '../../etcd/errors.ts'
import { plainText } from '../../plain-text.ts'
import { backupPaths } from '../layout.ts'

export interface Report {
  /** Written at first, since the next work finds by it what this one leaves where it is killed, and then once in a while, however often it is called. */
  progress(id: string, bytes: number, total: number): Promise<void>
  end(what: {
    readonly ended: 'done' | 'not-due'
    readonly newest: NewestBackup
    readonly ahead: readonly string[]
    readonly warnings?: readonly string[]
    readonly verification?: Verification | undefined
  }): Promise<void>
  fail(error: unknown): Promise<void>
}

const everyMs = 1000
/** Of a status message. */
const longest = 200
/** Ids, of which a status names one. */
const mostAhead = 20

export function openReport(token: string, now: () => number): Report {
  const paths = backupPaths(workloadPaths('snap'))
  let told = Number.NEGATIVE_INFINITY
  const write = async (path: string, content: unknown): Promise<void> => {
    await makeDirectory(paths.folder, { mode: 0o700 })
    await writeFileAtomic(path, printJsonText(content), { mode: 0o600 })
  }
  const end = (outcome: Omit<BackupOutcome, 'token' | 'at'>): Promise<void> =>
    write(paths.outcome, { ...outcome, token, at: now() })
  return {
    async progress(id, bytes, total) {
      if (performance.now() - told < everyMs && bytes < total) return
      told = performance.now()
      await write(paths.progress, { token, id, bytes, total, at: now() })
    },
    end: ({ ended, newest: { id, size, revision }, ahead, warnings = [], verification }) =>
      end({
        ended,
        newest: { id, size, ...(revision !== undefined && { revision }) },
        warnings: [...warnings],
        ...(ahead.length > 0 && { ahead: ahead.slice(0, mostAhead) }),
        ...(verification && { verification }),
      }),
    async fail(error) {
      // For the journal: whoever looks there finds all of it.
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
      const before = parseJsonText(outcomeSchema, await readTextIfExists(paths.outcome))
      const { newest, ahead, verification } = before ?? {}
      const words = plainText(error instanceof Error ? error.message : String(error), longest)
      await end({
        ended: 'failed',
        failure: { kind: kindOf(error), words },
        warnings: [],
        ...(newest && { newest }),
        ...(ahead && { ahead }),
        ...(verification && { verification }),
      })
    },
  }
}

function kindOf(error: unknown): (typeof failures)[number] {
  if (error instanceof StoreUnavailable) return 'unavailable'
  if (error instanceof StoreUntrusted) return 'untrusted'
  if (error instanceof StoreDenied) return 'denied'
  if (error instanceof BucketMissing) return 'no-bucket'
  if (error instanceof StoreFull) return 'full'
  if (error instanceof EtcdFailure) return 'etcd'
  return 'other'
}
