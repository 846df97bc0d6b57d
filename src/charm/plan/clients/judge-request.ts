// One request, judged: accepted with its leaf, or refused with a code that its author can act on.

import { nameRequest } from '../../../interfaces/etcd-client.ts'
import {
  type AcceptedEntry,
  isExpired,
  type Leaf,
  type LedgerEntry,
  type RefusedEntry,
  type RequestKey,
  shortFingerprint,
  type WaitsForRoom,
} from '../../../interfaces/ledger.ts'
import {
  covers,
  departuresAreBounded,
  endingsAreBounded,
  nameIsLetGo,
  nameIsNotRevoked,
  nameIsOurs,
  oneOwnerPerCommonName,
  ownerOf,
  reservedCommonName,
} from './naming-guards.ts'
import { ledgerFits, oneOwnerPerSecret, ownerOfSecret, prefixIsNotEmpty, prefixIsPlain } from './guards.ts'
import { relationLeavesRoom, truststoreFits } from '../trust/guards.ts'
import { isOperators } from '../../../interfaces/operator-client.ts'
import { plainText } from '../../../plain-text.ts'
import type { CertificateOffer } from '../../observed.ts'
import type { Case } from './case.ts'
import { takesRestart } from '../trust/pace.ts'
import { entryBytes, leafBytes, mostBytes, mostBytesForNewcomers } from '../trust/room.ts'
import { turnAway } from './turn-away.ts'

export type { Case, Rules } from './case.ts'

export function judgeRequest(of: Case): LedgerEntry {
  const { certificate } = of.request
  switch (certificate.kind) {
    case 'missing':
      return refuse(of, 'certificate-missing', '')
    case 'unreadable':
      // A grant that is late or gone is no word from the requirer: who was accepted stays served from the ledger.
      if (of.previous?.state === 'accepted') return keep(of, of.previous, certificate)
      return refuse(of, certificate.code, certificate.detail, certificate.secret)
    case 'untried': {
      const { secret, why: detail } = certificate
      // No hook tells when etcdctl runs again: what is pending is looked at in each update-status.
      if (of.previous?.state === 'accepted')
        return keep(of, of.previous, { kind: 'refused', code: 'certificate-untried', detail, secret })
      return refuse(of, 'certificate-untried', detail, secret)
    }
    case 'refused':
      if (of.previous?.state === 'accepted' && passesByTime(certificate.code, of.previous))
        return keep(of, of.previous, certificate)
      return refuse(of, certificate.code, certificate.detail, certificate.secret)
    case 'leaf':
      return judgeLeaf(of, certificate.leaf, certificate.secret)
    default:
      return certificate satisfies never
  }
}

/**
 * The clock may be wrong, the requirer's issuer's or the leader's: for the time alone nobody loses what works. What waits for its turn was
 * valid when it came.
 */
function passesByTime(code: string, { waits }: AcceptedEntry): boolean {
  return code === 'certificate-not-yet-valid' || (code === 'certificate-expired' && waits !== undefined)
}

/**
 * As it was, and its requirer is told why. By a secret that can be read it is found when that changes, but another client's is not its own
 * for being named, nor is one that can't be read.
 */
function keep(
  of: Case,
  previous: AcceptedEntry,
  { code, detail, kind, secret: named }: Extract<CertificateOffer, { kind: 'refused' | 'unreadable' }>,
): AcceptedEntry {
  const isItsOwn = kind === 'refused' && oneOwnerPerSecret.holds(named, of.key, of.ledger)
  const kept = accept(of, previous.leaf, isItsOwn ? named : previous.secret, previous.prefix)
  return {
    ...kept,
    ...(previous.waits && { waits: previous.waits }),
    pending: { code, detail: plainText(detail) },
  }
}

function judgeLeaf(of: Case, leaf: Leaf, secret: string | undefined): LedgerEntry {
  const { key, request } = of
  // One that is in goes on with its own: etcd refuses a certificate that has expired, and the clock may be ahead.
  if (isExpired(leaf, of.rules.now) && acceptedBefore(of, leaf)?.leaf.fingerprint !== leaf.fingerprint)
    return refuse(of, 'certificate-expired', `it ended ${new Date(leaf.notAfter).toISOString()}`, secret)
  if (!reservedCommonName.holds(leaf)) return refuse(of, 'common-name-reserved', leaf.commonName, secret)
  // In v0 a prefix that is not there yet looks the same as an empty one; in v1 only one that is named is every key.
  const named = of.protocol === 'v1' && !request.asked.unnamed
  if (!prefixIsNotEmpty.holds(request.asked.prefix, named && of.rules.allowFullKeyspace))
    return refuse(of, named ? 'full-keyspace-refused' : 'prefix-missing', '', secret)
  if (!prefixIsPlain.holds(request.asked.prefix)) return refuse(of, 'prefix-invalid', '', secret)
  const unloadable = of.rules.unloadable.get(shortFingerprint(leaf))
  if (unloadable !== undefined) return refuse(of, 'certificate-unloadable', unloadable, secret)
  const taken = whyTaken(of, leaf, secret)
  // To let go of what it has would roll members, too.
  if (taken?.code === 'common-name-leaving' && isPaced(of, leaf))
    return waitForTurn(of, of.previous, leaf, secret)
  if (taken) return taken
  const held = acceptedBefore(of, leaf)?.leaf.commonName
  if (!nameIsNotRevoked.holds({ key, leaf }, held, of.committed))
    return refuse(of, 'access-revoked', leaf.commonName, secret)
  if (!departuresAreBounded.holds({ key, leaf, prefix: request.asked.prefix }, held, of.committed))
    return refuse(of, 'common-name-leaving', `too many names of relation ${key.relation}`, secret)
  if (!endingsAreBounded.holds(key, of.known ? of.previous : undefined, of.committed))
    return refuse(of, 'requests-ending', '', secret)
  if (isPaced(of, leaf)) return waitForTurn(of, of.previous, leaf, secret)
  if (comesInstead(of, leaf))
    return { ...refuse(of, 'renewal-gathered', '', secret), waits: turnOf(of, leaf) }
  const entry = accept(of, leaf, secret)
  if (!ledgerFits.holds({ key: of.key, entry, ledger: of.ledger }))
    return waitForRoom(of, entry, 'ledger-full', onlyInSweeps)
  return fits(of, entry) ? entry : waitForRoom(of, entry, 'truststore-full', leafBytes(leaf))
}

function fits({ key, ledger, previous, rules: { authorities } }: Case, entry: AcceptedEntry): boolean {
  if (entryBytes(entry) <= entryBytes(previous)) return true
  const claim = { key, entry, ledger, authorities }
  return truststoreFits.holds(claim) && relationLeavesRoom.holds(claim)
}

/** More than the truststore ever has: who waits for room in the ledger is not next in line when a place in there is free. */
const onlyInSweeps = mostBytes + 1

/**
 * Whoever is in stays in by the old certificate, with whatever else the request asks for; under another name as it was, and that one
 * comes in the place of the old one once there is room for it as for a newcomer.
 */
function waitForRoom(of: Case, { leaf, secret }: AcceptedEntry, code: string, bytes: number): LedgerEntry {
  const { previous } = of
  const since = previous?.waits?.since ?? of.rules.now
  if (previous?.state !== 'accepted') return { ...refuse(of, code, '', secret), waits: { since, bytes } }
  if (acceptedBefore(of, leaf)) return { ...accept(of, previous.leaf, secret), waits: { since, bytes } }
  const more = bytes - entryBytes(previous) + mostBytes - mostBytesForNewcomers
  return { ...accept(of, previous.leaf, secret, previous.prefix), waits: { since, bytes: more } }
}

/** Whoever has no access by this request yet never waits. */
function isPaced(of: Case, leaf: Leaf): of is Case & { readonly previous: AcceptedEntry } {
  const { key, previous, rules } = of
  // An operator's is another only where its certificate has ended.
  if (previous?.state !== 'accepted' || isOperators(key) || !rules.paced.has(key.relation)) return false
  // Every key, which the operator no longer gives, is given up at once.
  if (!prefixIsNotEmpty.holds(previous.prefix, rules.allowFullKeyspace)) return false
  return takesRestart(previous, leaf.fingerprint) || !covers(of.request.asked.prefix, previous.prefix)
}

/**
 * Under another name, too: who is in stays in, by the certificate and the name that members know. What is asked for with another name is
 * for that one: the old one gives up no keys that it may be watching.
 */
function waitForTurn(of: Case, previous: AcceptedEntry, leaf: Leaf, secret: string | undefined): LedgerEntry {
  const { prefix: asked } = of.request.asked
  const prefix = acceptedBefore(of, leaf) && covers(asked, previous.prefix) ? asked : previous.prefix
  return { ...accept(of, previous.leaf, secret, prefix), waits: turnOf(of, leaf) }
}

function turnOf({ previous, rules }: Case, leaf: Leaf): WaitsForRoom {
  const since = previous?.waits?.turn ? previous.waits.since : rules.now
  return { since, bytes: leafBytes(leaf), turn: true }
}

/** In the place of one that its relation takes back, by a certificate that members don't know. */
function comesInstead({ key, committed, previous, restless, rules }: Case, { fingerprint }: Leaf): boolean {
  if (!restless || previous?.state === 'accepted' || !rules.paced.has(key.relation)) return false
  return [...committed.entries.values()].every(
    ({ key: { relation }, entry }) =>
      relation !== key.relation || entry.state !== 'accepted' || takesRestart(entry, fingerprint),
  )
}

/** The entry of the same client, whose certificate is to be replaced or stays. */
function acceptedBefore({ previous }: Case, { commonName }: Leaf): AcceptedEntry | undefined {
  return previous?.state === 'accepted' && previous.leaf.commonName === commonName ? previous : undefined
}

function whyTaken(of: Case, leaf: Leaf, secret: string | undefined): RefusedEntry | undefined {
  const { key, ledger } = of
  const waits = (code: string, detail: string): RefusedEntry => ({
    ...refuse(of, code, detail, secret),
    wants: leaf.commonName,
  })
  const belongsTo = (owner: RequestKey | undefined): string =>
    owner ? ` belongs to ${nameRequest(owner)}` : ''
  if (secret !== undefined && !oneOwnerPerSecret.holds(secret, key, ledger))
    return waits('secret-taken', `it${belongsTo(ownerOfSecret(ledger, secret, key))}`)
  if (!oneOwnerPerCommonName.holds(key, leaf, ledger))
    return waits('common-name-taken', `${leaf.commonName}${belongsTo(ownerOf(ledger, leaf.commonName, key))}`)
  const claim = { key, leaf, prefix: of.request.asked.prefix }
  return nameIsLetGo.holds(claim, of.committed) ? undefined : waits('common-name-leaving', leaf.commonName)
}

function accept(
  of: Case,
  leaf: Leaf,
  secret: string | undefined,
  prefix = of.request.asked.prefix,
): AcceptedEntry {
  const before = acceptedBefore(of, leaf)
  const ours = isOurs(of, leaf)
  const sameLeaf = before?.leaf.fingerprint === leaf.fingerprint
  // One that no member may have loaded yet is dropped for the one that it was to replace.
  const replaced = sameLeaf || before?.retiring ? before?.retiring : before?.leaf
  const retiring = replaced?.fingerprint === leaf.fingerprint ? undefined : replaced
  const unchanged = sameLeaf && before?.prefix === prefix
  return {
    ...basics(of, secret),
    state: 'accepted',
    prefix,
    ...(of.request.asked.readOnly && { readOnly: true }),
    leaf,
    ...(retiring && { retiring }),
    ...(ours && { ours }),
    served: before?.served === true && unchanged,
    ...(before?.late && unchanged && { late: true }),
  }
}

/** As it was for the last owner, who was of this relation: of any other the name would not be let go of. */
function isOurs({ committed }: Case, { commonName }: Leaf): boolean {
  return [...committed.entries.values()].some(
    ({ entry }) =>
      entry.state === 'accepted' && entry.leaf.commonName === commonName && nameIsOurs.holds(entry),
  )
}

function refuse(of: Case, code: string, detail: string, secret?: string): RefusedEntry {
  return turnAway(basics(of, secret), { code, detail })
}

function basics(of: Case, secret: string | undefined) {
  const { application, protocol, request, previous } = of
  return {
    application,
    protocol,
    echo: request.asked.echo,
    ...(secret && { secret }),
    ...(previous?.answeredAs && { answeredAs: previous.answeredAs }),
  }
}
