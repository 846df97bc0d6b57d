// Why an etcd ended, as far as its own log says so beyond doubt. Only what can be nothing but the data's fault is called damage:
// a mistake in the configuration, a port that is taken or a full disk must never cost a member its data.

export type Ending = 'removed' | 'damaged'

const signs: readonly (readonly [RegExp, Ending])[] = [
  [
    /the member has been permanently removed from the cluster|data-dir used by this member must be removed/,
    'removed',
  ],
  // The write-ahead log.
  [/walpb?: (crc mismatch|slice bounds out of range|max entry size limit exceeded)/, 'damaged'],
  [/wal: (file not found|snapshot mismatch|snapshot not found)|cannot use none as id/, 'damaged'],
  // The database, as bbolt and etcd's backend say it.
  [
    /"failed to open database".*"(invalid database|version mismatch|checksum error|file size too small \d+)"/,
    'damaged',
  ],
  [
    /panic: assertion failed: Page expected to be|panic: page \d+ already freed|panic: freepages: failed to get all reachable pages/,
    'damaged',
  ],
  [/failed to recover v3 backend from snapshot/, 'damaged'],
  // The member's own comparison with its peers, at its start.
  [/checkInitialHashKV failed|found data inconsistency with peers|failed data corruption check/, 'damaged'],
]

export interface Verdict {
  readonly ending: Ending
  /** The words that say so. */
  readonly words: string
}

/** Of the last run's log. */
export function judgeLog(log: string): Verdict | undefined {
  for (const [pattern, ending] of signs) {
    const words = pattern.exec(log)?.[0]
    if (words !== undefined) return { ending, words: words.replaceAll('"', '') }
  }
  return undefined
}
