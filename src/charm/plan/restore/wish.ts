// What a restore is to be, from what an operator wishes: the founding that all units follow, and what its data is made with.

import type { UserInFile } from '../../../etcd/database-file.ts'
import type { Founding } from '../../../interfaces/founding.ts'
import type { Ledger } from '../../../interfaces/ledger.ts'
import type { Observed } from '../../observed.ts'
import { planAccessFromNothing } from '../clients/access.ts'
import { ownedNames } from '../clients/names.ts'
import { markRole } from '../clients/naming-guards.ts'
import { nextFounding } from '../cluster/founding.ts'
import { peerUrlOf } from '../cluster/members.ts'
import { planQuota } from '../workload/quota.ts'

interface Wish {
  readonly snapshot: string
  readonly without: readonly string[]
}

export function nextRestore(observed: Observed, { snapshot, without }: Wish): Founding | undefined {
  const founding = observed.peers?.application.founding
  if (!founding) return undefined
  const { token, generation, founder, born } = founding
  return {
    ...nextFounding(observed, generation),
    restore: {
      snapshot,
      unit: observed.unit,
      ...(without.length > 0 && { without }),
      before: {
        token,
        generation,
        ...(founder !== undefined && { founder }),
        ...(!born && { born: false }),
      },
    },
  }
}

export interface KeptUsers {
  readonly kind: 'kept'
  readonly users: readonly string[]
  readonly roles: readonly string[]
}

export type Kept = KeptUsers | { readonly kind: 'refused'; readonly why: string }

/** Users of the snapshot that an operator keeps, passwords and all; never an administrator, nor a name that is a client's. */
export function keptUsers(names: readonly string[], users: readonly UserInFile[], ledger: Ledger): Kept {
  const owned = new Set([...ownedNames(ledger), markRole, 'root'])
  for (const name of names) {
    const user = users.find((one) => one.name === name)
    const why = !user
      ? 'the snapshot has no such user'
      : owned.has(name)
        ? 'it is made anew, as the charm has it'
        : user.roles.includes('root')
          ? 'it holds the role root, and would own the cluster'
          : user.roles.find((role) => owned.has(role)) && 'it holds a role that this charm makes'
    if (why !== undefined) return { kind: 'refused', why: `keep-users: ${name} is not kept: ${why}` }
  }
  const kept = users.filter(({ name }) => names.includes(name))
  return { kind: 'kept', users: names, roles: [...new Set(kept.flatMap(({ roles }) => roles))].sort() }
}

interface ToMake {
  readonly observed: Observed
  readonly founding: Founding
  readonly kept: KeptUsers
  readonly tried: { readonly revision: bigint }
  readonly revisionNow: bigint | undefined
}

/** `undefined` where this unit has no address yet. */
export function preparation({ observed, founding, kept, tried, revisionNow }: ToMake) {
  const { addresses, peers, unit } = observed
  const adminAuthority = peers?.application.authorities?.admin
  if (!addresses || !peers || adminAuthority === undefined) return undefined
  const { token, generation, restore } = founding
  return {
    snapshot: restore?.snapshot ?? '',
    claim: { token, generation, unit },
    peerUrl: peerUrlOf(addresses),
    adminAuthority,
    bump: bumpFor(generation, tried.revision, revisionNow ?? 0n),
    access: planAccessFromNothing(peers.ledger),
    keep: { users: kept.users, roles: kept.roles },
    quota: planQuota(observed).bytes ?? defaultQuota,
  }
}

/** More than any cluster writes between two foundings, and what etcd's own tools are given in the field. */
const far = 1_000_000_000n
/** etcd's own. */
const defaultQuota = 2_147_483_648

/**
 * A revision must not come again with other content: whoever watches, or keeps a cache, would take the one for the other. So the new ones
 * begin beyond all that the cluster had, and beyond all that those had which were founded since the snapshot.
 */
export function bumpFor(generation: number, snapshot: bigint, now: bigint): bigint {
  const beyondNow = now - snapshot + far
  const beyondFoundings = BigInt(Math.max(generation - 1, 1)) * far
  return beyondNow > beyondFoundings ? beyondNow : beyondFoundings
}
