// The rules that no plan about clients may break, by name. Each capability has such a page: guards.ts beside its plans.

import {
  type AcceptedEntry,
  compareRequestKeys,
  type Leaf,
  type Ledger,
  ledgerKey,
  type RequestKey,
  shortFingerprint,
} from '../../../interfaces/ledger.ts'
import type { Guard } from '../guard.ts'
import type { Observed } from '../../observed.ts'
import { nameIsOurs } from './naming-guards.ts'
import { isGivenUp } from '../cluster/absence.ts'
import { memberOf, servesHere } from '../cluster/members.ts'
import { isTrustedHere } from '../trust/trust.ts'

/**
 * Juju lets the charm read any secret that any client granted it, so a request may name another client's. Nobody gains access by it,
 * as the key is not in there; but at the owner's next common name, the other request could be the first to ask for that.
 */
export const oneOwnerPerSecret: Guard<[secret: string | undefined, key: RequestKey, ledger: Ledger]> = {
  name: 'one-owner-per-secret',
  because: 'whoever names the secret of another client must not come by the name in it',
  holds: (secret, key, ledger) => secret === undefined || ownerOfSecret(ledger, secret, key) === undefined,
}

export function ownerOfSecret(ledger: Ledger, secret: string, except: RequestKey): RequestKey | undefined {
  for (const { key, entry } of ledger.entries.values()) {
    if (entry.state === 'accepted' && entry.secret === secret && compareRequestKeys(key, except) !== 0)
      return key
  }
  return undefined
}

/** What a request may take in the ledger: its certificate, a second one while it is renewed, and what is echoed. */
function ledgerShare({ leaf, prefix, retiring }: AcceptedEntry): number {
  // It is kept twice, and what is no ASCII takes six characters for each.
  const escaped = Buffer.byteLength(prefix) === prefix.length ? 0 : 2 * 6 * prefix.length
  return leaf.pem.length + Math.max(leaf.pem.length, retiring?.pem.length ?? 0) + escaped + 2_000
}

/** Juju takes 16 MiB for all that an application shares with its units; and one relation, 1/24 of what is left for clients. */
const ledgerLimit = 12_000_000
const ledgerLimitOfOne = ledgerLimit / 24

export const ledgerFits: Guard<[claim: { key: RequestKey; entry: AcceptedEntry; ledger: Ledger }]> = {
  name: 'ledger-fits',
  because: 'past 16 MiB Juju keeps nothing more of what units share, and each hook of the leader fails',
  holds: ({ key, entry: claimed, ledger }) => {
    let [all, own] = [ledgerShare(claimed), ledgerShare(claimed)]
    for (const [name, { key: other, entry }] of ledger.entries) {
      if (entry.state === 'refused') continue
      if (name !== ledgerKey(key)) all += ledgerShare(entry)
      if (name !== ledgerKey(key) && other.relation === key.relation) own += ledgerShare(entry)
      // What is in there already is not taken out again, nor is what takes no more than that.
      if (name === ledgerKey(key) && ledgerShare(claimed) <= ledgerShare(entry)) return true
    }
    return all < ledgerLimit && own < ledgerLimitOfOne
  },
}

const longestPrefix = 512
/** Control and format characters, halves of pairs, ends of lines. */
const unplain = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffe\uffff]/u

/**
 * The lock's key begins with NUL, so no prefix reaches it (src/etcd/lock.ts). Halves of surrogate pairs are no Unicode: to etcd all of them
 * would be one character.
 */
export const prefixIsPlain: Guard<[prefix: string]> = {
  name: 'prefix-is-plain',
  because: "keys of the charm's own begin with a control character, and people read prefixes in tables",
  holds: (prefix) => Buffer.byteLength(prefix) <= longestPrefix && !unplain.test(prefix),
}

export const prefixIsNotEmpty: Guard<[prefix: string, wholeKeySpace: boolean]> = {
  name: 'prefix-is-not-empty',
  because: 'an empty prefix is the whole key space, which only the operator may give away',
  holds: (prefix, wholeKeySpace) => prefix !== '' || wholeKeySpace,
}

export const encryptionIsOffered: Guard<[relation: number, observed: Observed]> = {
  name: 'encryption-is-offered-first',
  because:
    'a requirer of another model that sees the key to encrypt by overlooks an answer in the same change',
  holds: (relation, { clients }) => clients.crossModel.get(relation)?.encryption !== 'absent',
}

/** An entry as an earlier hook committed it: only then does etcd hear of its user, so that no user is ever without a record. */
export const ownershipIsCommitted: Guard<
  [claim: { key: RequestKey; entry: AcceptedEntry }, observed: Observed]
> = {
  name: 'ownership-is-committed',
  because: 'a user is created only after Juju has stored who owns it',
  holds: ({ key, entry }, observed) => {
    const committed = observed.peers?.ledger.entries.get(ledgerKey(key))?.entry
    if (committed?.state !== 'accepted' || !nameIsOurs.holds(committed)) return false
    return committed.leaf.commonName === entry.leaf.commonName
  },
}

/** Juju owes a new relation hooks, and update-status after them all: nobody waits longer than until then. */
export const noRequestIsOnItsWay: Guard<[observed: Observed]> = {
  name: 'no-request-is-on-its-way',
  because: 'clients that come together share one restart',
  holds: ({ clients, leader, peers }) =>
    leader ? clients.expected === undefined : peers?.ledger.gathering !== true,
}

/** What such a hook noted wakes the peers' hook of every unit, this one's too, and Juju runs that behind those of all clients. */
export const noClientIsAheadOfIt: Guard<[observed: Observed]> = {
  name: 'no-client-is-ahead-of-it',
  because: 'a restart in each of their hooks would be one for each client',
  holds: ({ aboutClient }) => !aboutClient,
}

export const everyMemberTrustsIt: Guard<[leaf: Leaf, observed: Observed]> = {
  name: 'every-member-trusts-it',
  because: 'a client that is told too early meets a member that refuses its certificate',
  holds: (leaf, observed) => {
    const { peers, machine, unit } = observed
    const others = [...(peers?.units ?? [])].filter(
      ([name, { databag }]) =>
        name !== unit &&
        databag.endpoint !== undefined &&
        !isAway(name, observed) &&
        !isGivenUp(name, observed),
    )
    const here = servesHere(observed)
    if (!here && others.length === 0) return false
    const own = isTrustedHere(machine, leaf)
    return (
      (own || !here) && others.every(([, { databag }]) => databag.trusts?.includes(shortFingerprint(leaf)))
    )
  },
}

/**
 * A member that does not answer is not waited for: it loads its truststore anew when it comes back, and until then this client is not
 * sent to it. One that is restarting may have read the truststore of before.
 */
function isAway(unit: string, { etcd }: Observed): boolean {
  if (etcd.kind !== 'up' || !etcd.members || etcd.restarting === unit) return false
  return memberOf(etcd.members, unit)?.responds === false
}
