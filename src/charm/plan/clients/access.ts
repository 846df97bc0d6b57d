// Users, roles and permissions in etcd, made to agree with the ledger: one user and one role per common name, and the role
// holds exactly its prefix. Access ends before anything else happens; it begins only once its owner is on record.
//
// Every change makes requests of others fail that are on their way just then ("revision of auth store is old"), so there are as few as
// can be, at as few moments: those of all clients go together, and newcomers gather until the restart that they need anyway.

import { everyKey, prefixRange, sameRange } from '../../../etcd/key-range.ts'
import type { Permission } from '../../../etcd/types.ts'
import { nameRequest } from '../../../interfaces/etcd-client.ts'
import { printJsonText } from '../../../interfaces/json-text.ts'
import type { AcceptedEntry, Ledger } from '../../../interfaces/ledger.ts'
import { markRole } from './naming-guards.ts'
import { noClientIsAheadOfIt, noRequestIsOnItsWay, ownershipIsCommitted } from './guards.ts'
import type { AccessSeen, Observed } from '../../observed.ts'
import type { Step } from '../../step.ts'

export function planAccess(observed: Observed, ledger: Ledger): readonly Step[] {
  const { etcd } = observed
  if (!observed.leader || observed.leaving || etcd.kind !== 'up' || !etcd.access) return []
  const { access } = etcd
  const ending = [...ledger.leaving].flatMap((name) => endAccess(name, access.get(name)))
  const beginning = [...ledger.entries.values()].flatMap(({ key, entry }) => {
    if (entry.state !== 'accepted' || !ownershipIsCommitted.holds({ key, entry }, observed)) return []
    const seen = access.get(entry.leaf.commonName)
    if (!seen || mayGather(entry, observed)) return []
    return giveAccess(entry, seen, `${entry.application} asks for it in ${nameRequest(key)}`)
  })
  return together([...ending, ...beginning])
}

type SwitchingOn = Extract<Step, { readonly kind: 'auth/create-root' | 'auth/enable' }>

/** All that clients have by the ledger, and the administrator, made in an etcd that knows nobody. */
export function planAccessFromNothing({ entries }: Ledger): readonly (AccessChange | SwitchingOn)[] {
  const nothing: AccessSeen = { user: false, roles: [], permissions: undefined }
  const why = 'the ledger says so'
  const given = [...entries.values()].flatMap(({ entry }) =>
    entry.state === 'accepted' ? giveAccess(entry, nothing, why) : [],
  )
  return [...together(given), { kind: 'auth/create-root', why }, { kind: 'auth/enable', why }]
}

/** Of no use before the restart that loads its certificate; where that waits for more of its kind, so may this. */
function mayGather({ leaf }: AcceptedEntry, observed: Observed): boolean {
  const loaded = observed.machine.loaded?.leaves.some(({ fingerprint }) => fingerprint === leaf.fingerprint)
  return !loaded && !(noRequestIsOnItsWay.holds(observed) && noClientIsAheadOfIt.holds(observed))
}

/** What ends comes first, and a user holds a role only once that has its permission. Steps of one kind go to etcd at once. */
const order = [
  'user/delete',
  'role/revoke',
  'permission/revoke',
  'role/delete',
  'role/create',
  'permission/grant',
  'user/create',
  'role/grant',
] as const

type AccessChange = Extract<Step, { readonly kind: (typeof order)[number] }>

/** Each change once: the mark is the same for all. */
function together(changes: readonly AccessChange[]): readonly AccessChange[] {
  const once = new Map(changes.map((step) => [printJsonText({ ...step, why: '' }), step]))
  return order.flatMap((kind) => [...once.values()].filter((step) => step.kind === kind))
}

function endAccess(name: string, seen: AccessSeen | undefined): readonly AccessChange[] {
  const why = 'nobody owns it any more'
  return [
    ...(seen?.user ? [{ kind: 'user/delete', user: name, why } as const] : []),
    ...(seen?.permissions ? [{ kind: 'role/delete', role: name, why } as const] : []),
  ]
}

function giveAccess(entry: AcceptedEntry, seen: AccessSeen, why: string): readonly AccessChange[] {
  const name = entry.leaf.commonName
  const ours = seen.user && seen.roles.includes(markRole)
  const roles = ours ? seen.roles : []
  const foreign = roles.filter((role) => role !== name && role !== markRole)
  return [
    ...(ours ? [] : makeUser(name, seen, why)),
    ...giveRole(entry, ours, seen, why),
    ...foreign.map(
      (role) => ({ kind: 'role/revoke', user: name, role, why: 'a client holds its own role only' }) as const,
    ),
    ...(roles.includes(name) ? [] : [{ kind: 'role/grant', user: name, role: name, why } as const]),
  ]
}

/**
 * Marked as ours. One that somebody else made may have a password and more, and others may hold its role: both are made anew, and both
 * are gone before the mark says that they are ours.
 */
function makeUser(user: string, seen: AccessSeen, why: string): readonly AccessChange[] {
  const adopted = 'somebody else made it, maybe with a password; it is made anew'
  const held = 'others may hold it; it is made anew'
  return [
    ...(seen.user ? [{ kind: 'user/delete', user, why: adopted } as const] : []),
    ...(seen.permissions ? [{ kind: 'role/delete', role: user, why: held } as const] : []),
    { kind: 'user/create', user, why },
    { kind: 'role/create', role: markRole, why: 'it marks the users that this charm made' },
    { kind: 'role/grant', user, role: markRole, why: 'this charm made it' },
  ]
}

function giveRole(
  entry: AcceptedEntry,
  ours: boolean,
  seen: AccessSeen,
  why: string,
): readonly AccessChange[] {
  const role = entry.leaf.commonName
  // An entry is accepted without a prefix only where the operator allows it (guard `prefix-is-not-empty`).
  const range = entry.prefix === '' ? everyKey : prefixRange(entry.prefix)
  const wanted: Permission = { ...range, type: entry.readOnly ? 'Read' : 'Readwrite' }
  const held = ours ? (seen.permissions ?? []) : []
  const others = held.filter((permission) => !samePermission(permission, wanted))
  const other = 'it is not the prefix that was asked for'
  return [
    ...(ours && seen.permissions ? [] : [{ kind: 'role/create', role, why } as const]),
    ...others.map((permission) => ({ kind: 'permission/revoke', role, permission, why: other }) as const),
    ...(others.length < held.length
      ? []
      : [{ kind: 'permission/grant', role, permission: wanted, why } as const]),
  ]
}

/** Whether etcd holds exactly what the entry says. */
export function hasAccess(entry: AcceptedEntry, seen: AccessSeen | undefined): boolean {
  return seen !== undefined && giveAccess(entry, seen, '').length === 0
}

function samePermission(a: Permission, b: Permission): boolean {
  return sameRange(a, b) && a.type === b.type
}
