// New certificate authorities without an outage, in three moves of the leader: both are trusted and the old one signs; both are
// trusted and the new one signs; the old one goes. Each waits until every unit has followed the last.

import { splitBundle } from '../../../interfaces/authorities-digest.ts'
import { readValidity } from '../../../tls/certificate.ts'
import {
  clockIsNotBehind,
  newIssuerIsTrusted,
  oldIssuerTrustedUntilAllRenewed,
  yetToRenew,
  yetToTrust,
} from './guards.ts'
import type { Observed } from '../../observed.ts'
import type { Condition, RotationStep, Write } from '../../step.ts'
import { livesOf } from './signing.ts'

/** How long the charm's own authorities are valid. */
export const authorityYears = 10

/**
 * No certificate may outlive the authority that signed it: the new ones come while there is time for a whole one yet, and half of their own
 * life is the earliest, or they would be followed by others at once.
 */
function renewBefore(observed: Observed): number {
  const days = Math.min(2 * Math.max(livesOf(observed).days, 365), (authorityYears * 365) / 2)
  return days * 24 * 60 * 60 * 1000
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
      if (isOfNoUse(observed)) return move('introduce', 'the authorities to come are not valid now')
      return !pending && isValidYet(observed) && newIssuerIsTrusted.holds(observed)
        ? move('renew', newIssuerIsTrusted.because)
        : []
    case 'renew':
      return oldIssuerTrustedUntilAllRenewed.holds(observed)
        ? move('finish', 'every certificate is of the new authorities')
        : []
    default:
      return peers.application.rotation satisfies never
  }
}

/** Clocks differ. */
const skew = 60 * 60 * 1000

/** Their maker's clock was wrong: what they would sign is of use to nobody. */
function isOfNoUse({ now, peers }: Observed): boolean {
  const valid = validityOfNext(peers)
  return valid !== undefined && (now > valid.notAfter || now < valid.notBefore - skew)
}

function isValidYet({ now, peers }: Observed): boolean {
  return now >= (validityOfNext(peers)?.notBefore ?? 0)
}

function validityOfNext(peers: Observed['peers']): ReturnType<typeof readValidity> {
  const next = splitBundle(peers?.application.authorities?.peer ?? '').at(-1)
  return next === undefined ? undefined : readValidity(next)
}

/** Whom the next move waits for is told by each unit's own status. */
export function rotationConditions(observed: Observed): readonly Condition[] {
  const { peers, leader } = observed
  if (!leader || peers?.application.rotation === undefined) return []
  const message = 'new certificate authorities are being rolled out; wait until every unit has followed'
  return [{ status: 'maintenance', message, scope: 'application', stake: 'machine' }]
}

/** Why an action is refused meanwhile. A unit whose machine is lost never follows, and never tells. */
export function rotationUnderWay(observed: Observed): string {
  const { peers, unit } = observed
  const awaited = peers?.application.rotation === 'renew' ? yetToRenew(observed) : yetToTrust(observed)
  const others = (awaited ?? []).filter((name) => name !== unit).sort()
  const wait = 'wait until juju status tells of it no more'
  if (others.length === 0) return `the certificate authorities are being replaced; ${wait}`
  return `the certificate authorities are being replaced, which waits for ${others.join(', ')}; ${wait}, or where the machine is gone: juju remove-unit --force ${others.join(' ')}`
}

/** Whatever else is told then, that nobody's certificate is valid yet, say, follows from it. */
export function clockConditions(observed: Observed): readonly Condition[] {
  const { now, peers } = observed
  if (peers?.authoritiesBegin === undefined || clockIsNotBehind.holds(observed)) return []
  const [clock, begin] = [printTime(now), printTime(peers.authoritiesBegin)]
  const message = `its clock says ${clock}, before the authorities are valid (${begin}); set it, or if it is right, run rotate-authorities on the leader`
  return [{ status: 'waiting', message, scope: 'unit', stake: 'cluster' }]
}

function printTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
