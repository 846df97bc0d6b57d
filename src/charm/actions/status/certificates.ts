// When certificates end: of those that each unit shows, of authorities, and the first of the clients'.

import { compareNames } from '../../../etcd/types.ts'
import { purposes } from '../../../interfaces/etcd-peers.ts'
import { issuerEndpoints, issuerRoles } from '../../../interfaces/issuers.ts'
import type { Observed } from '../../observed.ts'
import { endsOf } from '../../plan/certificates/ends.ts'
import { issuersToTell } from '../../plan/issuers/tell.ts'
import { printDay, wrap } from './screen.ts'
import type { Asked, Section } from './section.ts'

interface Row {
  readonly who: string
  /** The endpoint over which an issuer of the operator's signed it. */
  readonly over?: string
  readonly end: number
}

export function describeCertificates({ observed }: Pick<Asked, 'observed'>): Section | undefined {
  const { peers } = observed
  if (!peers) return undefined
  const clients = [...peers.ledger.entries.values()].flatMap(({ entry }) =>
    entry.state === 'accepted' && entry.ended === undefined
      ? [{ who: entry.leaf.commonName, end: entry.leaf.notAfter }]
      : [],
  )
  const authorities =
    peers.authoritiesEnd === undefined ? [] : [{ who: 'authorities', end: peers.authoritiesEnd }]
  const others = endsOf(observed).flatMap(({ kind, whose, at }) =>
    kind === 'issuer' || kind === 'operator' ? [{ who: whose, end: at }] : [],
  )
  const firstClient = clients.toSorted((a, b) => a.end - b.end).slice(0, 1)
  const told: readonly Row[] = [
    ...endsByUnit(observed),
    ...authorities,
    ...others,
    ...firstClient.map(({ who, end }) => ({ who: `first of the clients' (${who})`, end })),
  ]
  const text = told
    .map(({ who, over, end }) => `${who}${over ? ` (${over})` : ''} ${printDay(end)}`)
    .join(', ')
  return {
    name: 'certificates end',
    lines: wrap(text || 'none is signed yet'),
    json: told.map(({ who, over, end }) => ({
      of: who,
      ...(over !== undefined && { over }),
      end: new Date(end).toISOString(),
    })),
  }
}

/** The first of the three that a unit shows. */
function endsByUnit(observed: Observed): readonly Row[] {
  return [...(observed.peers?.units.keys() ?? [])]
    .flatMap((unit) =>
      endsOfUnit(observed, unit)
        .toSorted((a, b) => a.end - b.end)
        .slice(0, 1),
    )
    .toSorted((a, b) => compareNames(a.who, b.who))
}

/** What an issuer of the operator's signed is known by what the unit tells; it has one of the charm's own beside it, which nobody sees. */
function endsOfUnit(observed: Observed, unit: string): readonly Row[] {
  const seen = observed.peers?.units.get(unit)
  const issuers = unit === observed.unit ? issuersToTell(observed) : seen?.databag.issuers
  return purposes.flatMap((purpose): readonly Row[] => {
    const role = issuerRoles.find((one) => one === purpose)
    const told = role && issuers?.[role]
    if (role && told?.presents !== undefined)
      return told.until === undefined ? [] : [{ who: unit, over: issuerEndpoints[role], end: told.until }]
    const end = seen?.issued.get(purpose)?.notAfter
    return end === undefined ? [] : [{ who: unit, end }]
  })
}
