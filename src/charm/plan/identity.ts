// Who a unit is: three private keys that never leave it, three requests in its databag, three certificates from the leader.
// The leader makes the authorities in one hook and signs in a later one, when Juju has stored them.

import { type PeerUnit, type Purpose, purposes, type UnitAddresses } from '../../interfaces/etcd-peers.ts'
import { printJsonText } from '../../interfaces/json-text.ts'
import { shortFingerprint } from '../../interfaces/ledger.ts'
import { credentialIsCommitted } from '../guards.ts'
import type { Observed, PeerSeen } from '../observed.ts'
import type { Step, Write } from '../step.ts'
import { ownEndpoint } from './endpoints.ts'
import { ownPosition, planFounding } from './founding.ts'

/** Issued for a year, renewed when a third of it is left. */
export const certificateDays = 365
const renewBefore = (certificateDays / 3) * 24 * 60 * 60 * 1000

export function planKeys(observed: Observed): readonly Step[] {
  // The keys belong to etcd's user, who comes with the installation.
  if (!observed.peers || !observed.machine.workload) return []
  return purposes
    .filter((purpose) => !observed.machine.keys.has(purpose))
    .map((purpose) => ({
      kind: 'key/create',
      purpose,
      why: `this unit has no key for its ${purpose} certificate`,
    }))
}

/** What a unit's server and peer certificates must name. */
export function namesToCertify(addresses: UnitAddresses): readonly string[] {
  return [...new Set([...addresses.names, 'localhost', '127.0.0.1', '::1'])].sort()
}

/** The leader's writes: found the cluster, make the authorities, sign what units ask for. */
export function planIssuing(observed: Observed): readonly Write[] {
  const { peers } = observed
  if (!peers || !observed.leader || observed.leaving) return []
  const writes: Write[] = [...planFounding(observed, peers)]
  if (!credentialIsCommitted.holds(observed)) {
    return [...writes, { kind: 'authorities/create', why: 'no certificate authority exists' }]
  }
  for (const [unit, seen] of [...peers.units].sort(([a], [b]) => (a < b ? -1 : 1))) {
    // The leader knows its own addresses; what it writes of them would wake everybody but itself.
    const addresses = unit === observed.unit ? observed.addresses : seen.databag.addresses
    const names = addresses && namesToCertify(addresses)
    const why = names && whySign(seen, names.join(' '), observed.now)
    if (why) writes.push({ kind: 'certificates/sign', unit, names, why })
  }
  return writes
}

function whySign(seen: PeerSeen, names: string, now: number): string | undefined {
  if (purposes.some((purpose) => !seen.requested.has(purpose))) return undefined
  return purposes.map((purpose) => whySignFor(purpose, seen, names, now)).find((why) => why !== undefined)
}

function whySignFor(purpose: Purpose, seen: PeerSeen, names: string, now: number): string | undefined {
  const issued = seen.issued.get(purpose)
  if (!issued) return 'it has no certificates'
  if (issued.publicKey !== seen.requested.get(purpose)) return `it has a new ${purpose} key`
  if (purpose !== 'admin' && issued.names.join(' ') !== names) return 'its addresses have changed'
  if (issued.notAfter - now < renewBefore)
    return `its ${purpose} certificate ends within ${certificateDays / 3} days`
  return undefined
}

/** What this unit tells its peers: requests for its keys, its addresses, and its endpoint while etcd serves. */
export function planIntroduction(observed: Observed): readonly Write[] {
  const { peers, addresses, machine } = observed
  const own = peers?.units.get(observed.unit)
  if (!own || !addresses || observed.leaving) return []
  const renew = purposes.some(
    (purpose) => machine.keys.has(purpose) && own.requested.get(purpose) !== machine.keys.get(purpose),
  )
  const endpoint = ownEndpoint(observed)
  const version = machine.workload?.version
  const position = ownPosition(observed)
  const trusts = machine.loaded?.leaves.map(shortFingerprint).toSorted() ?? []
  const moved = printAddresses(own.databag.addresses) !== printAddresses(addresses)
  const before = own.databag
  const news =
    endpoint !== before.endpoint ||
    version !== before.version ||
    machine.data !== before.data ||
    printJsonText(position) !== printJsonText(before.position) ||
    trusts.join() !== (before.trusts ?? []).join()
  if (!renew && !moved && !news) return []
  const why = renew
    ? 'its keys are new'
    : moved
      ? 'its addresses have changed'
      : 'its etcd serves, stopped to, is another, or trusts others'
  const { requests, keys } = own.databag
  const unit: PeerUnit = {
    addresses,
    ...(requests && { requests }),
    ...(keys && { keys }),
    ...(endpoint && { endpoint }),
    ...(version && { version }),
    data: machine.data,
    ...(position && { position }),
    ...(trusts.length > 0 && { trusts }),
  }
  return [
    { kind: 'peer-unit/write', unit, renew, why },
    ...(endpoint ? [{ kind: 'port/open', port: '2379/tcp', why: 'clients connect to it' } as const] : []),
    ...(version && version !== own.databag.version
      ? [{ kind: 'version/set', version, why: 'juju status shows it' } as const]
      : []),
  ]
}

function printAddresses(addresses: UnitAddresses | undefined): string {
  return addresses ? [addresses.peer, addresses.client, ...addresses.names].join(' ') : ''
}
