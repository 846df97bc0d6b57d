// When secrets are due: `--rotate` and `--expire`, and the hooks that follow from them in virtual time (facts/juju.md §4.5).

import { ToolFailure } from './hook-context.ts'
import type { HookToRun, Secret, Tables, Unit } from './state.ts'

const day = 86_400_000
const intervals: Readonly<Record<string, number>> = {
  hourly: 3_600_000,
  daily: day,
  weekly: 7 * day,
  monthly: 30 * day,
  quarterly: 91 * day,
  yearly: 365 * day,
}
/** A hook that changed nothing comes again after this. */
const again = 300_000

export function rotationOf(policy: string | undefined, now: number): Secret['rotation'] {
  if (policy === undefined || policy === 'never') return undefined
  const every = intervals[policy]
  if (every === undefined) throw new ToolFailure(`rotate policy "${policy}" not valid`, 2)
  return { policy, every, next: now + every }
}

/** Durations in Go's words like `1h30m`, or a time with or without its zone. */
export function expiryOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined
  const [, sign, duration = ''] = /^(-?)((?:\d+(?:\.\d+)?[hms])+)$/.exec(text) ?? []
  const lasts = [...duration.matchAll(/([\d.]+)([hms])/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * ({ h: 3_600_000, m: 60_000, s: 1000 }[unit] ?? 0),
    0,
  )
  if (sign === '-' || (duration !== '' && lasts === 0))
    throw new ToolFailure(`negative expire duration "${text}" not valid`, 2)
  if (duration !== '') return now + lasts
  const [, time, zone = 'Z'] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? []
  if (time === undefined) throw new ToolFailure(`expire time or duration "${text}" not valid`, 2)
  return now + Date.parse(`${time}${zone}`) - Date.now()
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
      if (rotation.next === due) rotation.next = tables.now + again
    }
    return { name: 'secret-rotate', env, done }
  }
  return undefined
}
