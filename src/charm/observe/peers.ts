// The peer relation: what the leader has decided for all, and what each unit that there is tells of itself. Juju 4.0 tells nobody that a
// peer has gone, and goes on listing it with all it ever said: the leader sees it in Juju's goal state, the others by what it does then.

import {
  type ByPurpose,
  type PeerApplication,
  type Purpose,
  parsePeerApplication,
  parsePeerUnit,
  purposes,
} from '../../interfaces/etcd-peers.ts'
import { parseLedger, unreadableRows } from '../../interfaces/ledger.ts'
import { type Databag, unlessGone } from '../../juju/index.ts'
import { describeAuthority, describeCertificate } from '../../tls/certificate.ts'
import type { Charm } from '../charm.ts'
import type { CertificateSeen, PeerSeen, PeersSeen } from '../observed.ts'

/** By Juju's databags alone. */
export interface PeersListed extends PeersSeen {
  /** All that Juju lists, those among them that the leader has found gone. */
  readonly listed: PeersSeen['units']
}

/** `undefined` where there is no such relation yet, or no more. */
export function observePeers(charm: Charm): Promise<PeersListed | undefined> {
  return unlessGone(lookAtPeers(charm))
}

/**
 * Those that Juju has, and who of the others is to be forgotten.
 *
 * @param present the units of Juju's goal state, where it was asked; one that does not know even this unit tells nothing
 */
export function withoutGone(
  { listed, ...seen }: PeersListed,
  present: ReadonlySet<string> | undefined,
  unit: string,
): PeersSeen {
  if (!present?.has(unit)) return seen
  const gone = [...seen.application.certificates.keys()].filter((other) => !present.has(other)).sort()
  return { ...seen, units: new Map([...listed].filter(([other]) => present.has(other))), gone }
}

async function lookAtPeers({ context, juju }: Charm): Promise<PeersListed | undefined> {
  const [relation] = await juju.relationIds('etcd-peers')
  if (relation === undefined) return undefined
  const [application, others, own] = await Promise.all([
    juju.readAppBag(relation, context.app),
    juju.relationUnits(relation),
    juju.readUnitBag(relation, context.unit),
  ])
  const databags = await Promise.all(others.map((unit) => juju.readUnitBag(relation, unit)))
  const told = parsePeerApplication(application)
  const parsed = { ...told, unreadable: [...told.unreadable, ...unreadableRows(application)].sort() }
  const authorities = parsed.authorities && describeAuthorities(parsed.authorities)
  const rows = [
    [context.unit, own] as const,
    ...others.map((unit, at) => [unit, databags[at] ?? {}] as const),
  ]
  const units = rows.map(
    ([unit, databag]) =>
      [
        unit,
        describePeer(
          unit === context.unit ? databag : heard(unit, databag, parsed),
          parsed.certificates.get(unit),
          authorities,
        ),
      ] as const,
  )
  const isForgotten = (unit: string, { databag }: PeerSeen): boolean =>
    databag.certificates !== undefined && !parsed.certificates.has(unit)
  // The leader has found it gone, and taken its certificates out of the databag.
  const there = units.filter(([unit, seen]) => unit === context.unit || !isForgotten(unit, seen))
  return {
    relation,
    application: parsed,
    ledger: parseLedger(application),
    authoritiesEnd: authorities && Math.min(...purposes.map((purpose) => authorities[purpose].notAfter)),
    ...(authorities && {
      authoritiesBegin: Math.max(...purposes.map((purpose) => authorities[purpose].notBefore)),
    }),
    units: new Map(there),
    listed: new Map(units),
  }
}

type Authorities = Readonly<Record<Purpose, ReturnType<typeof describeAuthority>>>

function describeAuthorities({ peer, server, admin }: ByPurpose): Authorities {
  return { peer: describeAuthority(peer), server: describeAuthority(server), admin: describeAuthority(admin) }
}

/** Whom a restore goes on without may run the old cluster still: nobody is sent there, nor asked there. */
function heard(unit: string, databag: Databag, { founding }: PeerApplication): Databag {
  if (!founding?.restore?.without?.includes(unit)) return databag
  const { endpoint: _, ...rest } = databag
  return rest
}

function describePeer(
  databag: Databag,
  certificates: ByPurpose | undefined,
  authorities: Authorities | undefined,
): PeerSeen {
  const unit = parsePeerUnit(databag)
  const requested = new Map<Purpose, string>()
  const issued = new Map<Purpose, CertificateSeen>()
  for (const purpose of purposes) {
    if (unit.requests && unit.keys) requested.set(purpose, unit.keys[purpose])
    const found = certificates && describeCertificate(certificates[purpose])
    if (found) {
      const names = [...found.sans.dns, ...found.sans.ips].sort()
      const current = authorities?.[purpose].signed(certificates[purpose]) === true
      const { publicKeyFingerprint: publicKey, serial, notAfter } = found
      issued.set(purpose, { publicKey, serial, notAfter, current, names })
    }
  }
  return { databag: unit, requested, issued }
}
