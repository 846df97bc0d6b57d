// The option `backup-schedule`: words for the usual ones, cron for the rest. When one was last due follows from the time alone; nothing
// is remembered. All in UTC.

import { plainText } from '../plain-text.ts'
import { faultOfCron } from './cron-words.ts'

export type Schedule =
  | { readonly kind: 'never' }
  /** Every so many milliseconds, from `offset` after 1970 on. */
  | { readonly kind: 'every'; readonly period: number; readonly offset: number; readonly spread: boolean }
  /** Five words, by which some time is due. */
  | { readonly kind: 'cron'; readonly words: string }

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const week = 7 * day
/** 1970 began on a Thursday. */
const days = ['thu', 'fri', 'sat', 'sun', 'mon', 'tue', 'wed']

/** @returns `undefined` for what is no schedule */
export function parseSchedule(text: string): Schedule | undefined {
  const words = text.trim().toLowerCase().replace(/\s+/g, ' ')
  if (words === 'never') return { kind: 'never' }
  if (words === 'hourly') return every(hour, 0, true)
  const hours = /^every (\d{1,2}) ?h$/.exec(words)
  if (hours) return Number(hours[1]) >= 1 ? every(Number(hours[1]) * hour, 0, true) : undefined
  if (/^(daily|weekly)(@|$)/.test(words)) return parseDayOrWeek(words)
  const exact = text.trim().replace(/\s+/g, ' ')
  return faultOfCron(exact) === undefined ? { kind: 'cron', words: exact } : undefined
}

/** What an operator is told to set instead, and what is wrong with words that were meant as cron. */
export function scheduleRemedy(value: unknown): string {
  const kinds = 'never, hourly, every 6h, daily@03:30, weekly@sun-03:30 or to five words of cron, in UTC'
  const words = String(value).trim().split(/\s+/)
  const fault = words.length === 5 ? faultOfCron(words.join(' ')) : undefined
  return fault === undefined ? `set it to ${kinds}` : `${plainText(fault, 100)}; set it to ${kinds}`
}

function every(period: number, offset: number, spread: boolean): Schedule {
  return { kind: 'every', period, offset, spread }
}

function parseDayOrWeek(words: string): Schedule | undefined {
  const found = /^(daily|weekly)(?:@(?:([a-z]{3})[a-z]*)?[ -]?(?:(\d\d?):(\d\d))?)?$/.exec(words)
  if (!found || words.endsWith('@')) return undefined
  const [, name, weekday, hours, minutes] = found
  const at = Number(hours ?? 0) * hour + Number(minutes ?? 0) * minute
  if (at >= day || Number(minutes ?? 0) > 59) return undefined
  const spread = hours === undefined
  if (name === 'daily') return weekday === undefined ? every(day, at, spread) : undefined
  const on = days.indexOf(weekday ?? 'sun')
  return on < 0 ? undefined : every(week, on * day + at, spread)
}

/** Those who name no minute are spread over ten, so that a hundred clusters don't come to one store at once. */
const spreadOver = 10

/**
 * @param who any text; another cluster's falls on another minute
 * @returns when it was last due, at `now` at the latest
 */
export function lastDue(
  { period, offset, spread }: Extract<Schedule, { readonly kind: 'every' }>,
  now: number,
  who: string,
): number {
  const after = offset + (spread ? minuteOf(who) * minute : 0)
  return Math.floor((now - after) / period) * period + after
}

function minuteOf(who: string): number {
  return [...who].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7) % spreadOver
}
