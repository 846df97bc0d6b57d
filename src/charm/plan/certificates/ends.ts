// Everything that ends some day, in one list: for the action health, the status, and what collectors are told.

import { clientCasOf, purposes } from '../../../interfaces/etcd-peers.ts'
import { issuerEndpoints, issuerRoles } from '../../../interfaces/issuers.ts'
import { describeCertificate } from '../../../tls/certificate.ts'
import type { Observed } from '../../observed.ts'
import type { Condition } from '../../step.ts'
import { certificateFiles, shownRequest } from '../issuers/shown.ts'
import { livesOf } from './signing.ts'

export interface End {
  /** `certificate` and `list` (whom etcd refuses): of this unit. `client` and `operator` (over client-cas) are the leader's to look after, as are authorities. */
  readonly kind: 'certificate' | 'list' | 'authority' | 'issuer' | 'client' | 'operator'
  /** Whose, in words of the status. */
  readonly whose: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** So long before it somebody has to know: what should have been renewed by then was not. */
  readonly warns: number
}

const day = 24 * 60 * 60 * 1000

export function endsOf(observed: Observed): readonly End[] {
  return [...ownEnds(observed), ...listEnd(observed), ...applicationEnds(observed)]
}

/** As they are shown now: of the charm's own what the leader has signed, which lies on the disk soon after. */
function ownEnds(observed: Observed): readonly End[] {
  const { machine, peers, unit } = observed
  const issued = peers?.units.get(unit)?.issued
  const warns = livesOf(observed).renewBefore * 0.75
  return purposes.flatMap((purpose): readonly End[] => {
    const role = issuerRoles.find((one) => one === purpose)
    const shown =
      role && shownRequest(machine, role) && describeCertificate(machine.files[certificateFiles[role]] ?? '')
    if (role && shown) {
      const life = shown.notAfter - shown.notBefore
      const whose = `the ${purpose} certificate over ${issuerEndpoints[role]}`
      return [{ kind: 'certificate', whose, at: shown.notAfter, warns: life / 5 }]
    }
    const at = issued?.get(purpose)?.notAfter
    return at === undefined ? [] : [{ kind: 'certificate', whose: `the ${purpose} certificate`, at, warns }]
  })
}

/** It is written anew long before, and etcd does not look at its end: nobody has to be warned. */
function listEnd({ machine: { revocationEnds: at } }: Observed): readonly End[] {
  return at === undefined ? [] : [{ kind: 'list', whose: 'the revocation list', at, warns: 0 }]
}

function applicationEnds({ peers }: Observed): readonly End[] {
  if (!peers) return []
  const { application, authoritiesEnd, ledger } = peers
  const pem = (kind: End['kind'], whose: string, text: string): readonly End[] => {
    const found = describeCertificate(text)
    return found
      ? [
          {
            kind,
            whose,
            at: found.notAfter,
            warns: Math.min(30 * day, (found.notAfter - found.notBefore) / 10),
          },
        ]
      : []
  }
  const roots = issuerRoles.flatMap((role) =>
    (application.issuers?.[role]?.anchors ?? []).flatMap((anchor) =>
      pem('issuer', `the root of ${issuerEndpoints[role]}`, anchor.pem),
    ),
  )
  const clients = [...ledger.entries.values()].flatMap(({ entry }): readonly End[] =>
    entry.state === 'refused'
      ? []
      : [
          {
            kind: 'client',
            whose: `the certificate of client ${entry.leaf.commonName}`,
            at: entry.leaf.notAfter,
            warns: 0,
          },
        ],
  )
  return [
    ...(authoritiesEnd === undefined
      ? []
      : [
          {
            kind: 'authority',
            whose: "the charm's own authorities",
            at: authoritiesEnd,
            warns: 180 * day,
          } as const,
        ]),
    ...roots,
    ...clientCasOf(application).flatMap((text) => pem('operator', 'an authority of client-cas', text)),
    ...clients,
  ]
}

/** What should have been renewed, or must be by somebody else. Clients are warned about one by one (plan/clients/conditions.ts). */
export function endConditions(observed: Observed): readonly Condition[] {
  const { leader, now } = observed
  const soon = endsOf(observed).filter(
    ({ kind, at, warns }) =>
      kind !== 'client' && kind !== 'list' && at - now < warns && (leader || kind === 'certificate'),
  )
  return soon.map(({ kind, whose, at }): Condition => {
    const over = at <= now
    const when = new Date(at).toISOString().slice(0, 16).replace('T', ' ')
    const message = `${whose} ${over ? 'ended' : 'ends'} at ${when} UTC; ${remedies[kind]}`
    return {
      status: over ? 'blocked' : 'active',
      message,
      scope: kind === 'certificate' ? 'unit' : 'application',
    }
  })
}

const remedies: Readonly<Record<End['kind'], string>> = {
  certificate: 'see why it is not renewed: the leader, or the provider of the relation, has to sign',
  authority: 'see why they are not replaced, or run rotate-authorities on the leader',
  issuer: 'its provider has to move to another',
  operator: 'its provider has to send another',
  client: 'its owner must renew it',
  list: 'it is written anew by itself',
}
