// Which backups go after one that succeeded. Pure, so that what is deleted can be said before.

export interface Kept {
  readonly id: string
  /** Without a manifest it is no backup. */
  readonly complete: boolean
  /** It was looked at, and can't be restored. */
  readonly unusable: boolean
}

export interface RetentionRule {
  readonly keep: number
  readonly keepDays: number
  readonly now: number
}

const day = 24 * 60 * 60 * 1000

/** Of this application's own folder alone. The newest one that is complete, and the newest of them that may be restored, stay, whatever the rule says. */
export function idsToDelete(
  backups: readonly Kept[],
  { keep, keepDays, now }: RetentionRule,
): readonly string[] {
  const ageOf = (id: string): number => now - Date.parse(id)
  const complete = backups.filter((one) => one.complete).toSorted((a, b) => (a.id < b.id ? 1 : -1))
  const last = complete.find((one) => !one.unusable)
  const old = complete.filter(
    (one, nth) => one !== last && nth >= Math.max(1, keep) && ageOf(one.id) > keepDays * day,
  )
  // Who takes so long to put one there has died.
  const remains = backups.filter((one) => !one.complete && ageOf(one.id) > day)
  return [...old, ...remains].map(({ id }) => id).sort()
}
