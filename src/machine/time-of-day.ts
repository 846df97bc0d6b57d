// When the option defragment-schedule lets members be defragmented: a part of the day, in UTC, on some days or on all. It is compared with
// the time of the hook, so there is nothing to remember and nothing to miss.

const days: readonly string[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const pattern = /^(?:([a-z,]+) )?([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/

interface Window {
  readonly days: ReadonlySet<number>
  /** Minutes since midnight. */
  readonly from: number
  readonly to: number
}

/** `undefined` for what is no schedule; the empty text is never. */
function parse(text: string): Window | undefined {
  const found = pattern.exec(text)
  if (!found) return undefined
  const [, names, ...digits] = found
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = digits.map(Number)
  const chosen = names === undefined ? days.map((_, at) => at) : names.split(',').map(indexOfDay)
  const [from, to] = [fromHour * 60 + fromMinute, toHour * 60 + toMinute]
  if (chosen.includes(-1) || from === to) return undefined
  return { days: new Set(chosen), from, to }
}

function indexOfDay(name: string): number {
  return days.indexOf(name)
}

export function isSchedule(text: string): boolean {
  return text === '' || text === 'never' || text === 'always' || parse(text) !== undefined
}

/** One that ends before it begins goes on past midnight, and is of the day that it began on. */
export function isWithin(text: string, now: number): boolean {
  if (text === 'always') return true
  const window = parse(text)
  if (!window) return false
  const date = new Date(now)
  const minute = date.getUTCHours() * 60 + date.getUTCMinutes()
  const today = date.getUTCDay()
  const { days: on, from, to } = window
  if (from < to) return on.has(today) && minute >= from && minute < to
  if (minute >= from) return on.has(today)
  return minute < to && on.has((today + 6) % 7)
}
