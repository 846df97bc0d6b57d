// What a snapshot has, as an action tells it.

import type { Sound } from './examine.ts'

export function describeSnapshot({ source, file, tried, raw }: Sound): Readonly<Record<string, string>> {
  const { manifest } = source
  return {
    snapshot: source.name,
    taken: instant(source.taken),
    ...(manifest && { 'taken-by': `${manifest.takenBy} of model ${manifest.model}` }),
    bytes: String(file.size),
    sha256: file.sha256,
    'etcd-version': manifest?.etcdVersion ?? file.database?.version ?? 'unknown',
    revision: String(tried.revision),
    keys: String(tried.keys),
    hash: raw ? 'it bears none of its own; taken by force' : 'as etcd wrote it',
    alarms: tried.alarms.join(', ') || 'none',
    users: describeUsers(file.database?.users ?? []),
  }
}

type Users = NonNullable<Sound['file']['database']>['users']

/** By name, so that an operator knows whom a restore puts out. */
export function describeUsers(users: Users): string {
  return (
    users.map(({ name, password }) => (password ? `${name} (has a password)` : name)).join(', ') || 'none'
  )
}

export function instant(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
}

/** `3 h 5 min`. */
export function describeAge(milliseconds: number): string {
  const minutes = Math.max(0, Math.round(milliseconds / 60_000))
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)]
  if (days > 0) return `${days} d ${hours} h`
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`
}
