// A unit that is gone keeps the keys on its disk, wherever that is now: the leader takes its certificates out of the databag, and names
// the administrator's among them to all members, which refuse it from then on (plan/trust/revocation.ts).

import { describeCertificate } from '../../../tls/certificate.ts'
import type { Withdrawn } from '../../../interfaces/etcd-peers.ts'
import type { Observed, PeersSeen } from '../../observed.ts'
import type { Write } from '../../step.ts'

export function planForgetting({ now }: Observed, peers: PeersSeen): readonly Write[] {
  const { gone: units = [], application } = peers
  if (units.length === 0) return []
  const known = (application.withdrawn ?? []).filter(({ notAfter }) => notAfter > now)
  const more = units.flatMap((unit): readonly Withdrawn[] => {
    const found = describeCertificate(application.certificates.get(unit)?.admin ?? '')
    return found ? [{ serial: found.serial, notAfter: found.notAfter }] : []
  })
  const withdrawn = [...known, ...more].toSorted((a, b) => (a.serial < b.serial ? -1 : 1))
  return [{ kind: 'certificates/forget', units, withdrawn, why: `Juju has no ${units.join(', ')} any more` }]
}
