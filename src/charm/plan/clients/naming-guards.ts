// The rules about who may have a name next, and whether the name is the charm's to give.

import {
  type AcceptedEntry,
  compareRequestKeys,
  type Leaf,
  type Ledger,
  type LedgerEntry,
  ledgerKey,
  type RequestKey,
} from '../../../interfaces/ledger.ts'
import { isOperators } from '../../../interfaces/operator-client.ts'
import type { Guard } from '../guard.ts'

/**
 * A role without permissions, held by every user that this charm made: so that an operator's users are told from those that
 * lost their owner, in a restored snapshot too.
 */
export const markRole = 'etcd-charm-client'

/** etcd takes the common name for the user: these are the administrator's and the charm's own. */
const reservedNames: ReadonlySet<string> = new Set(['root', 'etcd-peer', 'etcd-server', markRole])

export const reservedCommonName: Guard<[leaf: Leaf]> = {
  name: 'reserved-common-name',
  because: 'whoever holds a trusted certificate with the common name root owns the cluster',
  holds: (leaf) => !reservedNames.has(leaf.commonName.toLowerCase()),
}

export const oneOwnerPerCommonName: Guard<[key: RequestKey, leaf: Leaf, ledger: Ledger]> = {
  name: 'one-owner-per-common-name',
  because: 'two certificates with one common name are one user to etcd, with the access of both',
  holds: (key, leaf, ledger) => ownerOf(ledger, leaf.commonName, key) === undefined,
}

/** The other request that owns a common name, compared without case, if there is one. */
export function ownerOf(ledger: Ledger, commonName: string, except: RequestKey): RequestKey | undefined {
  const wanted = commonName.toLowerCase()
  for (const { key, entry } of ledger.entries.values()) {
    if (entry.state !== 'accepted' || compareRequestKeys(key, except) === 0) continue
    if (entry.leaf.commonName.toLowerCase() === wanted) return key
  }
  return undefined
}

/** What a request claims in etcd, if it is accepted. */
export interface NameClaim {
  readonly key: RequestKey
  readonly leaf: Leaf
  readonly prefix: string
}

/**
 * Whoever had the name goes on over connections that are open, and over new ones at a member that trusts the certificate still. So
 * between two owners the name is nobody's: until its user is deleted and every member, those that are away among them, has restarted
 * without the first one's certificate. The same where an owner gives up keys that it may be watching.
 */
export const nameIsLetGo: Guard<[claim: NameClaim, committed: Ledger]> = {
  name: 'name-is-let-go',
  because: 'the one who had a name before would have what its next owner is given',
  holds: ({ key, leaf, prefix }, { departed, entries, leaving }) => {
    const wanted = leaf.commonName.toLowerCase()
    // A client that comes back to what it had, after its certificate has expired, say, need not wait for itself.
    const comesBack = (name: string, relation: number, had: string): boolean =>
      name === leaf.commonName && relation === key.relation && covers(prefix, had)
    // An operator revokes what has leaked, maybe: over what is open it would have what the next one of the name is given.
    for (const [name, { relation, prefix: had }] of departed)
      if (name.toLowerCase() === wanted && (isOperators(key) || !comesBack(name, relation, had))) return false
    for (const name of leaving) if (name.toLowerCase() === wanted && !departed.has(name)) return false
    return [...entries.values()].every(
      ({ key: owner, entry }) =>
        entry.state !== 'accepted' ||
        entry.leaf.commonName.toLowerCase() !== wanted ||
        comesBack(entry.leaf.commonName, owner.relation, entry.prefix),
    )
  },
}

/** As many as it may ask for at once. */
const mostDepartures = 100

/** Or a client that never keeps a name would fill the record while one member is away. */
export const departuresAreBounded: Guard<[claim: NameClaim, held: string | undefined, committed: Ledger]> = {
  name: 'departures-are-bounded',
  because: 'names that members have still to let go of take room in the record',
  holds: ({ key, leaf }, held, { departed }) => {
    if (held === leaf.commonName || departed.has(leaf.commonName)) return true
    return [...departed.values()].filter(({ relation }) => relation === key.relation).length < mostDepartures
  },
}

/** Twice as many as it may ask for at once. */
const mostEndings = 200

/** Or a client that never keeps a request's id would fill the record, and Juju with secrets, faster than they are removed. */
export const endingsAreBounded: Guard<[key: RequestKey, previous: LedgerEntry | undefined, Ledger]> = {
  name: 'endings-are-bounded',
  because: 'requests that ended take room in the record, and secrets, until update-status has removed these',
  holds: (key, previous, { collectable }) => {
    const has = previous?.state === 'accepted' || previous?.answeredAs !== undefined
    if (has || collectable.has(ledgerKey(key))) return true
    return [...collectable.values()].filter(({ relation }) => relation === key.relation).length < mostEndings
  },
}

/** Every key of the narrow prefix is one of the wide one. */
export function covers(wide: string, narrow: string): boolean {
  return narrow.startsWith(wide)
}

/** An entry that was served by an earlier version of this charm, which noted nothing, is as good. */
export const nameIsOurs: Guard<[entry: AcceptedEntry]> = {
  name: 'name-is-ours',
  because: 'a user or role that somebody else made in etcd is not this charm’s to change',
  holds: ({ ours, served }) => ours === true || served,
}

/** Nor is any other name new in that relation, or whoever was revoked would come back under another one. */
export const nameIsNotRevoked: Guard<[claim: Omit<NameClaim, 'prefix'>, held: string | undefined, Ledger]> = {
  name: 'name-is-not-revoked',
  because: 'what an operator has ended only an operator begins again',
  holds: ({ key, leaf }, held, { revoked }) => {
    const names = revoked.get(key.relation)
    return !names || (held === leaf.commonName && !names.includes(leaf.commonName.toLowerCase()))
  },
}
