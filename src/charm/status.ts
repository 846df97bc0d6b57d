// One status tells what was seen and what is still missing; it comes from the same values as the plan, so the two agree. Tables and dashboards
// cut it: so the thing, the remedy and how many more there are come first, and whatever is left of a long message after them.

import { type Condition, type Stake, stakes } from './step.ts'

export interface Status {
  readonly status: 'active' | 'blocked' | 'waiting' | 'maintenance'
  readonly message: string
}

/** So much of a message is seen where it is cut. */
export const shown = 120

const severity = ['blocked', 'waiting', 'maintenance', 'active'] as const

/** The word is of the worst condition. The message is of the one with most at stake: no refused client hides that a member is lost. */
export function statusOf(all: readonly Condition[]): Status {
  const foremost = all.filter(({ aside }) => !aside)
  const conditions = foremost.length > 0 ? foremost : all
  const [told, ...others] = bySeverity(conditions)
  if (!told) return { status: 'active', message: '' }
  const worst = severity[Math.min(...conditions.map(rank))] ?? told.status
  return { status: worst, message: sayFirst(told.message, others.length) }
}

/** What has most at stake comes first, and of that the worst. */
export function bySeverity(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.toSorted(
    (a, b) => stakes.indexOf(stakeOf(a)) - stakes.indexOf(stakeOf(b)) || rank(a) - rank(b),
  )
}

/** What a step fails at while the member is out is most likely why it is: a full disk, a port that is taken. So it is told before that. */
export function withOutage(
  failed: readonly Condition[],
  planned: readonly Condition[],
): readonly Condition[] {
  const isOut = planned.some(({ stake }) => stake === 'member')
  return isOut ? failed.map((condition) => ({ stake: 'member', ...condition })) : failed
}

/** A remedy that begins after this would be cut before it says anything. */
const latestRemedy = 90

function sayFirst(message: string, more: number): string {
  const suffix = more === 0 ? '' : ` (+${more} more: run status)`
  const room = shown - suffix.length
  const { thing } = partsOf(message)
  const isSeen = more === 0 ? thing.length <= latestRemedy || message.length <= room : message.length <= room
  return isSeen ? `${message}${suffix}` : `${gistOf(message, room)}${suffix}. In full: ${message}`
}

/** What `statusOf` made a message of: without how many more there are, and all of it. */
export function wholeOf(message: string): string {
  const [, whole] = /\. In full: (.*)$/s.exec(message) ?? []
  return whole ?? message.replace(/ \(\+\d+ more: run status\)$/, '')
}

/** Half of the room for each, or more where the other needs less. */
function gistOf(message: string, room: number): string {
  const { thing, remedy } = partsOf(message)
  if (remedy === '') return shorten(thing, room)
  const forBoth = room - 2
  const forRemedy = Math.max(Math.floor(forBoth / 2), forBoth - thing.length)
  const told = shorten(remedy, forRemedy)
  return `${shorten(thing, forBoth - told.length)}; ${told}`
}

/** `<what is missing>; <what to do>`: what is in brackets is a detail of the one or of the other. */
function partsOf(message: string): { readonly thing: string; readonly remedy: string } {
  let depth = 0
  for (let at = 0; at < message.length; at += 1) {
    const char = message[at]
    if (char === '(') depth += 1
    else if (char === ')') depth -= 1
    else if (char === ';' && depth <= 0 && message[at + 1] === ' ')
      return { thing: message.slice(0, at), remedy: message.slice(at + 2) }
  }
  return { thing: message, remedy: '' }
}

/** Without the details in brackets, and then without its last words. */
function shorten(text: string, room: number): string {
  if (text.length <= room) return text
  const plain = text.replace(/ \([^()]{20,}\)/g, '')
  if (plain.length <= room) return plain
  const cut = plain.slice(0, room - 1)
  const words = cut.slice(0, Math.max(cut.lastIndexOf(' '), Math.floor(room / 2)))
  return `${words.trimEnd()}…`
}

function rank({ status }: Condition): number {
  return severity.indexOf(status)
}

function stakeOf({ stake, scope }: Condition): Stake {
  return stake ?? (scope === 'unit' ? 'machine' : 'clients')
}
