// When this unit asks an issuer of the operator's, and for what: once for what it needs, and again where that has changed, two thirds of
// the life are over, or the certificate was revoked. A request that is sent again unchanged is none to a provider.

import { type IssuerRole, issuerRoles } from '../../../interfaces/issuers.ts'
import { sameRequest } from '../../../interfaces/tls-certificates.ts'
import type { Observed } from '../../observed.ts'
import type { Step, Write } from '../../step.ts'
import { type Verdict, verdictOn } from './answers.ts'
import type { RequestOnDisk, Wish } from './issuers-seen.ts'
import { shownRequest } from './shown.ts'
import { wishOf } from './wish.ts'

export function planRequests(observed: Observed): readonly Step[] {
  // The keys belong to etcd's user, who comes with the installation.
  if (!observed.peers || !observed.machine.workload || observed.leaving) return []
  return issuerRoles.flatMap((role): readonly Step[] => {
    const wish = wishOf(observed, role)
    const why = wish && whyAsk(observed, role, wish)
    return why && wish ? [{ kind: 'request/create', role, wish, why }] : []
  })
}

/** A provider that revokes whatever it signs, or signs for moments, is not asked in every hook. */
const betweenRequests = 30_000

function whyAsk(observed: Observed, role: IssuerRole, wish: Wish): string | undefined {
  const verdict = verdictOn(observed, role)
  const newest = observed.machine.requests[role].at(-1)
  if (!verdict) return undefined
  if (!newest) return `its ${role} certificate is to be signed by an issuer of the operator's`
  if (!sameWish(newest.wish, wish)) return `its ${role} certificate is to be another`
  const rested = Math.abs(observed.now - newest.at) > betweenRequests
  if (verdict.state === 'revoked') return rested ? `its ${role} certificate was revoked` : undefined
  if (verdict.state === 'late') return rested ? `its ${role} certificate is about to end` : undefined
  const { offer } = verdict
  if (offer?.of.publicKey === newest.publicKey && isDue(offer, observed.now))
    return `two thirds of the life of its ${role} certificate are over`
  return undefined
}

function isDue({ issued }: NonNullable<Verdict['offer']>, now: number): boolean {
  return now - issued.notBefore > ((issued.notAfter - issued.notBefore) * 2) / 3
}

function sameWish(one: Wish, other: Wish): boolean {
  const words = ({ commonName, names, key }: Wish): string => [commonName, key, ...names].join(' ')
  return words(one) === words(other)
}

/** The newest, and the one whose certificate is in use: a provider forgets the certificate of a request that it sees no more. */
export function planAsking(observed: Observed): readonly Write[] {
  if (observed.leaving) return []
  return issuerRoles.flatMap((role): readonly Write[] => {
    const seen = observed.issuers?.[role]
    if (seen?.kind !== 'related') return []
    const wanted = requestsToKeep(observed, role).map(({ request }) => request)
    if (wanted.length === 0 || isAsked(wanted, seen.asked)) return []
    const { relation } = seen
    return [{ kind: 'issuer/ask', relation, requests: wanted, why: `${seen.application} is to sign for it` }]
  })
}

function isAsked(wanted: readonly string[], asked: readonly string[]): boolean {
  return wanted.length === asked.length && wanted.every((one, at) => sameRequest(one, asked[at] ?? ''))
}

export function requestsToKeep(observed: Observed, role: IssuerRole): readonly RequestOnDisk[] {
  const all = observed.machine.requests[role]
  const shown = shownRequest(observed.machine, role)
  return all.filter((one, at) => at === all.length - 1 || one.publicKey === shown?.publicKey)
}
