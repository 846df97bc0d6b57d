// How it stands with issuers of the operator's, for `juju status`. Whatever is wrong with one, the certificate in use stays.

import { documentation } from '../documentation.ts'
import { type IssuerRole, issuerEndpoints, issuerRoles } from '../../../interfaces/issuers.ts'
import { plainText } from '../../../plain-text.ts'
import type { Observed } from '../../observed.ts'
import type { Condition } from '../../step.ts'
import { nameOfPeers } from '../certificates/names.ts'
import { fingerprintOfPem } from '../trust/unloadable.ts'
import { type Verdict, verdictOn } from './answers.ts'
import { unitsWithoutRoot } from './guards.ts'
import { shownRoot } from './shown.ts'

export function issuerConditions(observed: Observed): readonly Condition[] {
  return issuerRoles.flatMap((role) => conditionsOf(observed, role))
}

function conditionsOf(observed: Observed, role: IssuerRole): readonly Condition[] {
  const seen = observed.issuers?.[role]
  const verdict = verdictOn(observed, role)
  if (seen?.kind !== 'related' || !verdict) return []
  const endpoint = issuerEndpoints[role]
  const who = `${endpoint} (${seen.application})`
  const tell = (status: Condition['status'], message: string): Condition => ({
    status,
    message: `${who}: ${message}`,
    scope: 'unit',
  })
  const several = seen.several
    ? [tell('blocked', `there is more than one relation of ${endpoint}; remove the others`)]
    : []
  return [...several, ...describe(observed, role, verdict, tell)]
}

type Tell = (status: Condition['status'], message: string) => Condition

function describe(observed: Observed, role: IssuerRole, verdict: Verdict, tell: Tell): readonly Condition[] {
  const words = plainText(verdict.words)
  switch (verdict.state) {
    case 'awaited':
      // It is being renewed, and what ends is told where it comes near (plan/certificates/ends.ts).
      if (verdict.offer && words === '') return []
      return [tell('waiting', `no certificate yet${words && ` (${words})`}; see its provider`)]
    case 'late':
      return [tell('waiting', `${words}; another one is asked for`)]
    case 'revoked':
      return [tell('waiting', `${words}; the one in use stays until there is another`)]
    case 'refused':
      return [
        tell(
          verdict.code === 201 ? 'waiting' : 'blocked',
          `${words}; the certificate in use stays: ${remedyFor(verdict.code, role)}`,
        ),
      ]
    case 'usable':
      return describeUse(observed, role, verdict, tell)
    default:
      return verdict.state satisfies never
  }
}

function remedyFor(code: number | undefined, role: IssuerRole): string {
  if (code === 101) return 'let it sign IP addresses (of vault: pki_allow_ip_sans=true), or use another'
  if (code === 102)
    return `set ${role === 'peer' ? 'peer' : 'client'}-certificate-domain to a domain that it signs for`
  if (code === 103) return 'use names without * in certificate-extra-sans, or another issuer'
  return 'see its provider, or use another'
}

function describeUse(
  observed: Observed,
  role: IssuerRole,
  { offer }: Verdict,
  tell: Tell,
): readonly Condition[] {
  if (!offer) return []
  const root = fingerprintOfPem(offer.issued.anchor)
  if (shownRoot(observed.machine, role) !== root)
    return [tell('maintenance', whyNotYet(observed, role, root))]
  const wide = role === 'peer' && observed.peers?.application.issuers?.peer?.narrow === undefined
  const risk = `whoever it signs for may come as a peer, as its certificates do not name ${nameOfPeers(observed)}`
  return wide ? [tell('active', `${risk}; see ${documentation}/explanation/security.md`)] : []
}

function whyNotYet(observed: Observed, role: IssuerRole, root: string): string {
  const missing = unitsWithoutRoot(role, root, observed)
  if (missing.length > 0)
    return `its certificate is used once ${missing.join(', ')} ${missing.length === 1 ? 'trusts' : 'trust'} it`
  return role === 'server'
    ? 'its certificate is used once clients have followed'
    : 'its certificate is about to be used'
}
