// A unit that is gone keeps the keys on its disk, wherever that is now: the leader takes its certificates out of the databag, and names
// the administrator's among them to all members, which refuse it from then on (plan/trust/revocation.ts).

import { describeCertificate } from '../../../tls/certificate.ts'
import { digestOfCertificates } from '../../../interfaces/authorities-digest.ts'
import type { Purpose, Withdrawn } from '../../../interfaces/etcd-peers.ts'
import type { Observed, PeerSeen, PeersSeen } from '../../observed.ts'
import type { Write } from '../../step.ts'

export function planForgetting({ now }: Observed, peers: PeersSeen): readonly Write[] {
  const { gone: units = [], application } = peers
  if (units.length === 0) return []
  const known = (application.withdrawn ?? []).filter(({ notAfter }) => notAfter > now)
  const more = units.flatMap((unit): readonly Withdrawn[] => {
    const found = describeCertificate(application.certificates.get(unit)?.admin ?? '')
    const last = found ? [{ serial: found.serial, notAfter: found.notAfter }] : []
    const earlier = application.superseded?.get(unit) ?? []
    return [...earlier.filter(({ notAfter }) => notAfter > now), ...last]
  })
  const withdrawn = [...known, ...more].toSorted((a, b) => (a.serial < b.serial ? -1 : 1))
  return [{ kind: 'certificates/forget', units, withdrawn, why: `Juju has no ${units.join(', ')} any more` }]
}

/**
 * Administrator's certificates that the unit's disk may still hold once the leader has signed those. A unit that is down takes no new one,
 * and may never: its machine was stolen, say. Whoever told of the three that it was given last has overwritten those before.
 */
export function supersededBy(
  renews: readonly Purpose[],
  unit: string,
  { databag, issued }: PeerSeen,
  { now, peers }: Observed,
): readonly Withdrawn[] {
  const given = peers?.application.certificates.get(unit)
  const isTaken = given !== undefined && databag.certificates === digestOfCertificates(given)
  const earlier = isTaken ? [] : (peers?.application.superseded?.get(unit) ?? [])
  const last = renews.includes('admin') ? issued.get('admin') : undefined
  const all = [...earlier, ...(last ? [{ serial: last.serial, notAfter: last.notAfter }] : [])]
  return all.filter(({ notAfter }) => notAfter > now)
}
