// When secrets are due: `--rotate` and `--expire`, and the hooks that follow from them in virtual time (facts/juju.md §4.5).

import { ToolFailure } from './hook-context.ts'
import type { HookToRun, Secret, Tables, Unit } from './state.ts'

/** Virtual time began when the first model was made, today. */
const begun = Date.now()
const hour = 3_600_000
const days: Readonly<Record<string, number>> = { daily: 1, weekly: 7 }
/** By the calendar. */
const months: Readonly<Record<string, number>> = { monthly: 1, quarterly: 3, yearly: 12 }
/** A hook that changed nothing comes again after this. */
const again = 300_000

export function rotationOf(policy: string | undefined, now: number): Secret['rotation'] {
  if (policy === undefined || policy === 'never') return undefined
  if (policy !== 'hourly' && days[policy] === undefined && months[policy] === undefined)
    throw new ToolFailure(`rotate policy "${policy}" not valid`, 2)
  return { policy, next: nextRotation(policy, now) }
}

/** After a new revision, or a first one. */
export function nextRotation(policy: string, now: number): number {
  if (policy === 'hourly') return now + hour
  const date = new Date(begun + now)
  date.setUTCMonth(date.getUTCMonth() + (months[policy] ?? 0), date.getUTCDate() + (days[policy] ?? 0))
  return date.getTime() - begun
}

/** Another policy counts from now, where that brings the next rotation nearer. */
export function reschedule(before: Secret['rotation'], after: Secret['rotation']): Secret['rotation'] {
  return before && after ? { policy: after.policy, next: Math.min(before.next, after.next) } : after
}

/** As Juju prints it. */
export function dateOf(at: number): string {
  return new Date(begun + at).toISOString().replace(/\.\d+/, '')
}

/** Durations in Go's words like `1h30m`, or a time with or without its zone; Go reads parts of a second, asked or not. */
export function expiryOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined
  const [, sign, duration = ''] = /^(-?)((?:\d+(?:\.\d+)?[hms])+)$/.exec(text) ?? []
  const lasts = [...duration.matchAll(/([\d.]+)([hms])/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * ({ h: hour, m: 60_000, s: 1000 }[unit] ?? 0),
    0,
  )
  if (sign === '-' || (duration !== '' && lasts === 0))
    throw new ToolFailure(`negative expire duration "${text}" not valid`, 2)
  if (duration !== '') return now + lasts
  const [, time, zone = 'Z'] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? []
  if (time === undefined) throw new ToolFailure(`expire time or duration "${text}" not valid`, 2)
  return Date.parse(`${time}${zone}`) - begun
}

function owns(unit: Unit, secret: Secret): boolean {
  return secret.owner === unit.name || (secret.owner === unit.app.name && unit.app.leader === unit.name)
}

/** secret-expired before secret-rotate, to the owner; for an application that is its leader. */
export function dueSecret(tables: Tables, unit: Unit): HookToRun | undefined {
  for (const secret of tables.secrets.values()) {
    if (!owns(unit, secret)) continue
    const expired = [...secret.expiry].find(
      ([revision, at]) => secret.revisions.has(revision) && at <= tables.now,
    )
    if (expired) {
      const env = {
        JUJU_SECRET_ID: secret.id,
        JUJU_SECRET_LABEL: secret.label,
        JUJU_SECRET_REVISION: String(expired[0]),
      }
      return { name: 'secret-expired', env, done: () => secret.expiry.set(expired[0], tables.now + again) }
    }
    const { rotation } = secret
    if (!rotation || rotation.next > tables.now) continue
    const due = rotation.next
    const env = { JUJU_SECRET_ID: `secret:${secret.id}`, JUJU_SECRET_LABEL: secret.label }
    const done = (): void => {
      if (secret.rotation?.next === due) secret.rotation.next = tables.now + again
    }
    return { name: 'secret-rotate', env, done }
  }
  return undefined
}
