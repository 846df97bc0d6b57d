// Which certificate this unit is to show in a role. The charm's own is always trusted, so whatever is wrong with another, that one is
// there to go back to; one of an issuer of the operator's is shown once everybody trusts its root, and as long as it is of use.

import { splitBundle } from '../../../interfaces/authorities-digest.ts'
import type { IssuerRole } from '../../../interfaces/issuers.ts'
import { describeCertificate, readValidity } from '../../../tls/certificate.ts'
import { namesAll } from '../../../tls/issued-certificate.ts'
import type { Observed } from '../../observed.ts'
import { fingerprintOfPem } from '../trust/unloadable.ts'
import { type Offer, verdictOn } from './answers.ts'
import { everyUnitTrustsTheRoot } from './guards.ts'
import { certificateFiles, shownRequest, shownRoot } from './shown.ts'
import { trustedRoots } from './trust.ts'
import { neededAddresses, wishOf } from './wish.ts'

/** PEM, the leaf first; `own` is what the leader has signed for the keys on this disk. */
export function certificateToShow(observed: Observed, role: IssuerRole, own: string): string {
  const seen = observed.issuers?.[role]
  // No hook would find it related again without having looked.
  if (seen?.kind === 'none') return own
  const offer = verdictOn(observed, role)?.offer
  if (offer && mayShow(observed, role, offer)) return offer.issued.chain
  return keepsShown(observed, role) ? (observed.machine.files[certificateFiles[role]] ?? own) : own
}

function mayShow(observed: Observed, role: IssuerRole, { issued }: Offer): boolean {
  const root = fingerprintOfPem(issued.anchor)
  const anchor = observed.peers?.application.issuers?.[role]?.anchors.find(
    ({ pem }) => fingerprintOfPem(pem) === root,
  )
  if (!anchor) return false
  if (shownRoot(observed.machine, role) === root) return true
  const clients = role === 'peer' || anchor.told === true
  return clients && everyUnitTrustsTheRoot.holds(role, root, observed)
}

/** A hook comes every few minutes, and where the operator wants it so, every hour: whatever ends before the next one goes in this one. */
const hooksComeWithin = 60 * 60 * 1000

/** What is shown now goes on being shown, while it is valid, names where this member is, and is trusted. */
function keepsShown(observed: Observed, role: IssuerRole): boolean {
  const { machine, now } = observed
  if (!shownRequest(machine, role)) return false
  const text = machine.files[certificateFiles[role]] ?? ''
  const found = describeCertificate(text)
  const root = shownRoot(machine, role)
  const wish = wishOf(observed, role)
  if (!found || root === undefined || now < found.notBefore) return false
  if (wish && !namesAll(found.sans, neededAddresses(wish))) return false
  const trusted = trustedRoots(observed, role).find((pem) => fingerprintOfPem(pem) === root)
  if (trusted === undefined) return false
  const ends = firstEnd([...splitBundle(text), trusted])
  return now < ends - Math.min(hooksComeWithin, (ends - found.notBefore) / 10)
}

/** Of a chain with its root: nobody takes a certificate that leads to an ended one. */
function firstEnd(chain: readonly string[]): number {
  return Math.min(...chain.map((pem) => readValidity(pem)?.notAfter ?? 0))
}
