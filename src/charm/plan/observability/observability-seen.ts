// What one hook saw of the collectors beside this unit: subordinates that ask for nothing, and read what it tells them.

export interface CollectorsSeen {
  /** What each is to be told; `undefined` where it can't be said. */
  readonly wanted: string | undefined
  /** What each was told, by relation; nothing yet where it is `undefined`. */
  readonly told: ReadonlyMap<number, string | undefined>
}
