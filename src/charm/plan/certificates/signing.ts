// Who a unit is: three certificates from the leader, for the requests in the unit's databag. The leader makes the authorities in one hook
// and signs in a later one, when Juju has stored them.

import { type Purpose, purposes } from '../../../interfaces/etcd-peers.ts'
import { planForgetting, supersededBy } from './forgetting.ts'
import { clockIsNotBehind, credentialIsCommitted } from './guards.ts'
import type { Observed, PeerSeen, PeersSeen } from '../../observed.ts'
import type { Write } from '../../step.ts'
import { planFounding } from '../cluster/founding.ts'
import { type CertifiedNames, namesToCertify } from './names.ts'

const day = 24 * 60 * 60 * 1000
/** Clocks differ. */
const skew = 60 * 60 * 1000

/** How long a certificate of the charm's own is valid, and when it is renewed: a third of that is left then. */
export function livesOf({ config }: Pick<Observed, 'config'>): {
  readonly days: number
  readonly renewBefore: number
} {
  const days = config.inForce['certificate-days']
  return { days, renewBefore: (days / 3) * day }
}

/** The leader's writes: found the cluster, make the authorities, sign what units ask for. */
export function planIssuing(observed: Observed): readonly Write[] {
  const { peers } = observed
  if (!peers || !observed.leader || observed.leaving) return []
  const writes: Write[] = [...planFounding(observed, peers)]
  if (!credentialIsCommitted.holds(observed)) {
    const restore = hadAuthorities(peers)
    const why = restore ? 'the databag has lost them' : 'no certificate authority exists'
    return [...writes, { kind: 'authorities/create', restore, why }]
  }
  writes.push(...planForgetting(observed, peers))
  if (!clockIsNotBehind.holds(observed)) return writes
  for (const [unit, seen] of [...peers.units].sort(([a], [b]) => (a < b ? -1 : 1))) {
    // Whether there still is a unit that was not signed for is known only where Juju was asked.
    if (unit !== observed.unit && seen.issued.size === 0 && !peers.gone) continue
    // The leader knows its own addresses; what it writes of them would wake everybody but itself.
    const addresses = unit === observed.unit ? observed.addresses : seen.databag.addresses
    const names = addresses && namesToCertify(unit, addresses, observed)
    const reasons = names ? whySign(seen, names, observed) : []
    const [first] = reasons
    if (!names || !first) continue
    const renews = reasons.map(({ purpose }) => purpose)
    const superseded = supersededBy(renews, unit, seen, observed)
    writes.push({ kind: 'certificates/sign', unit, names, renews, superseded, why: first.why })
  }
  return writes
}

/** Whoever has been signed for trusts authorities that new ones would not replace, but break with. */
function hadAuthorities({ application, units }: PeersSeen): boolean {
  const told = [...units.values()].some(
    ({ databag }) => databag.certificates !== undefined || databag.authorities !== undefined,
  )
  return told || application.certificates.size > 0
}

interface Reason {
  readonly purpose: Purpose
  readonly why: string
}

function whySign(seen: PeerSeen, names: CertifiedNames, observed: Observed): readonly Reason[] {
  if (purposes.some((purpose) => !seen.requested.has(purpose))) return []
  return purposes.flatMap((purpose) => {
    const why = whySignFor(purpose, seen, names, observed)
    return why === undefined ? [] : [{ purpose, why }]
  })
}

function whySignFor(
  purpose: Purpose,
  seen: PeerSeen,
  names: CertifiedNames,
  observed: Observed,
): string | undefined {
  const { now } = observed
  const { days, renewBefore } = livesOf(observed)
  const issued = seen.issued.get(purpose)
  if (!issued) return 'it has no certificates'
  if (!issued.current) return `its ${purpose} certificate is of an authority that goes`
  if (issued.publicKey !== seen.requested.get(purpose)) return `it has a new ${purpose} key`
  if (purpose !== 'admin' && issued.names.join(' ') !== names[purpose].join(' '))
    return `its ${purpose} certificate is to have other names`
  if (issued.notAfter - now < renewBefore)
    return `its ${purpose} certificate ends within ${Math.ceil(days / 3)} days`
  // Or the clock was ahead when it was made, and nobody takes it yet.
  if (issued.notAfter - now > days * day + skew) return `its ${purpose} certificate is valid for too long`
  return undefined
}
