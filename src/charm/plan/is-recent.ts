// Whether what was noted is of the last minutes or hours.

/** What is noted for a time to come, as by a clock that was ahead, is of no moment that one could wait from. In milliseconds. */
export function isRecent(at: number, last: number, now: number): boolean {
  return at <= now && now - at < last
}
