// Which backups go after one that succeeded. Pure, so that what is deleted can be said before.

export interface Kept {
  readonly id: string
  /**
   * `sealed`: whole, with etcd's own hash at its end. `raw`: a copy of a database that no member served. `unusable`: it was looked at, and
   * can't be restored. `remains`: without a manifest it is no backup.
   */
  readonly worth: 'sealed' | 'raw' | 'unusable' | 'remains'
}

export interface RetentionRule {
  readonly keep: number
  readonly keepDays: number
  /** Milliseconds since 1970. */
  readonly now: number
  /** What was just put there stays, wherever a clock that was set back has it sorted. */
  readonly written: string
}

const day = 24 * 60 * 60 * 1000

/** A backup gives way to newer ones that are worth as much as it is, and to no others. */
const giveWayTo = {
  sealed: ['sealed'],
  raw: ['sealed', 'raw'],
  unusable: ['sealed', 'raw', 'unusable'],
  remains: [],
} as const satisfies Readonly<Record<Kept['worth'], readonly Kept['worth'][]>>

/**
 * Of this application's own folder alone. Of each kind the newest stays, and so at most three times as many as are to be kept: copies of a
 * database that is broken, which a schedule goes on to take, are no reason to let go of what etcd itself has sealed.
 */
export function idsToDelete(
  backups: readonly Kept[],
  { keep, keepDays, now, written }: RetentionRule,
): readonly string[] {
  const ageOf = (id: string): number => now - Date.parse(id)
  const newer = { sealed: 0, raw: 0, unusable: 0, remains: 0 }
  const old: Kept[] = []
  for (const one of backups.toSorted((a, b) => (a.id < b.id ? 1 : -1))) {
    const before = giveWayTo[one.worth].reduce((sum, worth) => sum + newer[worth], 0)
    newer[one.worth] += 1
    if (one.id === written) continue
    if (before >= Math.max(1, keep) && ageOf(one.id) > keepDays * day) old.push(one)
    // Who takes so long to put one there has died.
    if (one.worth === 'remains' && ageOf(one.id) > day) old.push(one)
  }
  return old.map(({ id }) => id).sort()
}
