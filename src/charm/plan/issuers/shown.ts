// Which certificate this unit shows now in a role: one of the charm's own, or one that an issuer of the operator's gave it.

import type { IssuerRole } from '../../../interfaces/issuers.ts'
import { splitBundle } from '../../../interfaces/authorities-digest.ts'
import { shortFingerprint } from '../../../interfaces/ledger.ts'
import { describeCertificate } from '../../../tls/certificate.ts'
import { rootOf } from '../../../tls/issued-certificate.ts'
import type { MachineSeen } from '../../observed.ts'
import type { RequestOnDisk } from './issuers-seen.ts'

export const certificateFiles = { peer: 'peer-certificate', server: 'server-certificate' } as const
export const authorityFiles = { peer: 'peer-authority', server: 'server-authority' } as const

/** The request that it was given for; `undefined` where it is the charm's own. */
export function shownRequest(
  { files, requests }: Pick<MachineSeen, 'files' | 'requests'>,
  role: IssuerRole,
): RequestOnDisk | undefined {
  if (requests[role].length === 0) return undefined
  const shown = describeCertificate(files[certificateFiles[role]] ?? '')
  return shown && requests[role].find(({ publicKey }) => publicKey === shown.publicKeyFingerprint)
}

/** The root of what is shown, by its fingerprint, where that is an issuer's of the operator's. */
export function shownRoot(machine: MachineSeen, role: IssuerRole): string | undefined {
  if (!shownRequest(machine, role)) return undefined
  const trusted = splitBundle(machine.files[authorityFiles[role]] ?? '')
  const fingerprint = rootOf(machine.files[certificateFiles[role]] ?? '', trusted)
  return fingerprint && shortFingerprint({ fingerprint })
}
