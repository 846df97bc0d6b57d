// What one hook saw of users, roles and permissions in etcd, and what an earlier one noted of them.

import type { Permission } from '../../../etcd/types.ts'

export interface AccessInEtcd {
  /** `undefined` where this hook had no reason to ask. */
  readonly authentication: boolean | undefined
  /** Another one after every change to users, roles and permissions. */
  readonly accessRevision: string | undefined
  /** By common name, of those that this hook is about; `undefined` where they could not be read. */
  readonly access: ReadonlyMap<string, AccessSeen> | undefined
  /** Users that this charm made and that have no owner; looked for in sweeps. */
  readonly orphans: readonly string[]
}

export interface AccessSeen {
  readonly user: boolean
  readonly roles: readonly string[]
  /** `undefined` where there is no role of that name. */
  readonly permissions: readonly Permission[] | undefined
  /** Users and roles that this charm did not make and that bear the name in other letters; looked for while the name is claimed. */
  readonly alike?: readonly string[]
}

/** All users, roles and permissions were looked at and found to be what the ledger says. */
export interface Audited {
  /** etcd's revision of them. */
  readonly revision: string
  /** Digest of what the ledger said. */
  readonly expected: string
  /** Milliseconds since 1970. */
  readonly at: number
}
