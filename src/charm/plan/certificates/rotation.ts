// New certificate authorities without an outage, in three moves of the leader: both are trusted and the old one signs; both are
// trusted and the new one signs; the old one goes. Each waits until every unit has followed the last.

import { newIssuerIsTrusted, oldIssuerTrustedUntilAllRenewed } from './guards.ts'
import type { Observed } from '../../observed.ts'
import type { Condition, RotationStep, Write } from '../../step.ts'
import { livesOf } from './signing.ts'

/** No certificate may outlive the authority that signed it: the new ones come while there is time for a whole one yet. */
function renewBefore(observed: Observed): number {
  return 2 * Math.max(livesOf(observed).days, 365) * 24 * 60 * 60 * 1000
}

/** @param pending clients are told in this hook of what they did not know: they are to trust the new authorities before one signs */
export function planRotation(observed: Observed, pending: boolean): readonly Write[] {
  const { peers, leader, leaving, now } = observed
  if (!peers?.application.authorities || !leader || leaving) return []
  const move = (to: RotationStep, why: string): readonly Write[] => [{ kind: 'authorities/rotate', to, why }]
  if (peers.keysKept === false) return move('introduce', 'the keys of the certificate authorities are gone')
  switch (peers.application.rotation) {
    case undefined:
      return peers.authoritiesEnd !== undefined && peers.authoritiesEnd - now < renewBefore(observed)
        ? move('introduce', 'the certificate authorities end too soon for new certificates')
        : []
    case 'introduce':
      return !pending && newIssuerIsTrusted.holds(observed) ? move('renew', newIssuerIsTrusted.because) : []
    case 'renew':
      return oldIssuerTrustedUntilAllRenewed.holds(observed)
        ? move('finish', 'every certificate is of the new authorities')
        : []
    default:
      return peers.application.rotation satisfies never
  }
}

/** Whom the next move waits for is told by each unit's own status. */
export function rotationConditions({ peers, leader }: Observed): readonly Condition[] {
  if (!leader || peers?.application.rotation === undefined) return []
  const message = 'new certificate authorities are being rolled out; wait until every unit has followed'
  return [{ status: 'maintenance', message, scope: 'application', stake: 'machine' }]
}
