// What this unit tells its peers of issuers of the operator's, and what the leader makes of what all of them tell.

import {
  type IssuerOfUnit,
  type IssuerRole,
  issuerRoles,
  type IssuersOfApplication,
  type IssuersOfUnit,
  type TrustedIssuers,
} from '../../../interfaces/issuers.ts'
import { printJsonText } from '../../../interfaces/json-text.ts'
import { readValidity } from '../../../tls/certificate.ts'
import type { Observed } from '../../observed.ts'
import type { Write } from '../../step.ts'
import { fingerprintOfPem } from '../trust/unloadable.ts'
import { verdictOn } from './answers.ts'
import { clientsWereTold, peersAreNamed } from './guards.ts'
import { certificateFiles, shownRoot } from './shown.ts'
import { isShown, rootsInForce } from './trust.ts'
import { nameOfPeers } from '../certificates/names.ts'

export function issuersToTell(observed: Observed): IssuersOfUnit | undefined {
  const rows = issuerRoles.flatMap((role) => {
    const told = tellOf(observed, role)
    return Object.keys(told).length > 0 ? [[role, told] as const] : []
  })
  return rows.length > 0 ? Object.fromEntries(rows) : undefined
}

function tellOf(observed: Observed, role: IssuerRole): IssuerOfUnit {
  const before = observed.peers?.units.get(observed.unit)?.databag.issuers?.[role]
  const presents = shownRoot(observed.machine, role)
  const trusts = rootsInForce(observed, role)
  return {
    ...offerToTell(observed, role, before),
    ...(trusts.length > 0 && { trusts }),
    ...(presents !== undefined && { presents, ...untilWhen(observed, role) }),
  }
}

function untilWhen({ machine }: Observed, role: IssuerRole): Pick<IssuerOfUnit, 'until'> {
  const shown = readValidity(machine.files[certificateFiles[role]] ?? '')
  return shown ? { until: shown.notAfter } : {}
}

/** A hook that did not look says nothing new of it. */
function offerToTell(observed: Observed, role: IssuerRole, before: IssuerOfUnit | undefined): IssuerOfUnit {
  if (!observed.issuers)
    return {
      ...(before?.offers !== undefined && { offers: before.offers }),
      ...(before?.named !== undefined && { named: before.named }),
    }
  const offer = verdictOn(observed, role)?.offer
  if (!offer) return {}
  return { offers: offer.issued.anchor, ...(role === 'peer' && { named: offer.named }) }
}

/** As the leader has it from now on: only the roots, for what clients were told is known later. */
export function withIssuers(observed: Observed): Observed {
  const { peers, leader, leaving } = observed
  if (!peers?.application.authorities || !leader || leaving) return observed
  const issuers = issuersOf(observed)
  if (Object.keys(issuers).length === 0 && !peers.application.issuers) return observed
  const { issuers: _before, ...rest } = peers.application
  return { ...observed, peers: { ...peers, application: { ...rest, issuers } } }
}

/** @param pending clients are told in this hook of what they did not know */
export function planIssuers(seen: Observed, observed: Observed, pending: boolean): readonly Write[] {
  const { peers, leader, leaving } = observed
  if (!peers?.application.authorities || !leader || leaving) return []
  const { peer, server } = peers.application.issuers ?? {}
  const anchors = server?.anchors.map((anchor) => withTold(observed, anchor, pending))
  const issuers = { ...(peer && { peer }), ...(server && anchors && { server: { ...server, anchors } }) }
  if (printJsonText(issuers) === printJsonText(seen.peers?.application.issuers ?? {})) return []
  return [{ kind: 'issuers/write', issuers, why: "what is trusted of issuers of the operator's has changed" }]
}

function issuersOf(observed: Observed): IssuersOfApplication {
  const rows = issuerRoles.flatMap((role) => {
    const trusted = trustOf(observed, role)
    return trusted ? [[role, trusted] as const] : []
  })
  return Object.fromEntries(rows)
}

function trustOf(observed: Observed, role: IssuerRole): TrustedIssuers | undefined {
  const before = observed.peers?.application.issuers?.[role]
  const known = new Map((before?.anchors ?? []).map((anchor) => [fingerprintOfPem(anchor.pem), anchor]))
  const offered = new Map(offersOf(observed, role).map((pem) => [fingerprintOfPem(pem), pem]))
  const kept = [...known].filter(([root]) => offered.has(root) || isShown(observed, role, root))
  const came = [...offered].filter(([root]) => !known.has(root))
  const anchors = [...kept, ...came.map(([root, pem]) => [root, { pem, since: observed.now }] as const)]
  if (anchors.length === 0) return undefined
  const name = nameOfPeers(observed)
  const narrow =
    role === 'peer'
      ? (before?.narrow ?? (peersAreNamed.holds(name, withOwnTold(observed)) ? name : undefined))
      : undefined
  const sorted = anchors.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, anchor]) => anchor)
  return { anchors: sorted, ...(narrow !== undefined && { narrow }) }
}

/** This unit's databag has what it tells now only at the hook's end: a name that its own new certificate lacks would shut it out. */
function withOwnTold(observed: Observed): Observed {
  const { peers, unit } = observed
  const own = peers?.units.get(unit)
  if (!peers || !own) return observed
  const { issuers: _before, ...rest } = own.databag
  const issuers = issuersToTell(observed)
  const databag = { ...rest, ...(issuers && { issuers }) }
  return {
    ...observed,
    peers: { ...peers, units: new Map([...peers.units, [unit, { ...own, databag }]]) },
  }
}

function withTold(
  observed: Observed,
  anchor: TrustedIssuers['anchors'][number],
  pending: boolean,
): TrustedIssuers['anchors'][number] {
  if (anchor.told || clientsWereTold.holds(anchor.since, pending, observed)) return { ...anchor, told: true }
  return pending ? { ...anchor, since: observed.now } : anchor
}

/** Of this unit as it is now, and of the others as they tell. */
function offersOf(observed: Observed, role: IssuerRole): readonly string[] {
  const { peers, unit } = observed
  return [...(peers?.units ?? [])].flatMap(([name, { databag }]) => {
    const told = name === unit ? issuersToTell(observed)?.[role] : databag.issuers?.[role]
    return told?.offers ?? []
  })
}
