// Which backups go after one that succeeded. Pure, so that what is deleted can be said before.

export interface Kept {
  readonly id: string
  /** Without a manifest it is no backup. */
  readonly complete: boolean
}

export interface RetentionRule {
  readonly keep: number
  readonly keepDays: number
  readonly now: number
}

const day = 24 * 60 * 60 * 1000

/** Of this application's own folder alone. The newest complete one stays, whatever the rule says. */
export function idsToDelete(
  backups: readonly Kept[],
  { keep, keepDays, now }: RetentionRule,
): readonly string[] {
  const ageOf = (id: string): number => now - Date.parse(id)
  const complete = backups.filter((one) => one.complete).toSorted((a, b) => (a.id < b.id ? 1 : -1))
  const old = complete.filter(({ id }, nth) => nth >= Math.max(1, keep) && ageOf(id) > keepDays * day)
  // Who takes so long to put one there has died.
  const remains = backups.filter((one) => !one.complete && ageOf(one.id) > day)
  return [...old, ...remains].map(({ id }) => id).sort()
}
