// When certificates end: each unit's own, the authorities', and the first of the clients'.

import type { Observed } from '../../observed.ts'
import { printDay, wrap } from './screen.ts'
import type { Asked, Section } from './section.ts'

export function describeCertificates({ observed }: Pick<Asked, 'observed'>): Section | undefined {
  const { peers } = observed
  if (!peers) return undefined
  const units = endsByUnit(observed)
  const clients = [...peers.ledger.entries.values()].flatMap(({ entry }) =>
    entry.state === 'accepted' ? [{ who: entry.leaf.commonName, end: entry.leaf.notAfter }] : [],
  )
  const authorities =
    peers.authoritiesEnd === undefined ? [] : [{ who: 'authorities', end: peers.authoritiesEnd }]
  const firstClient = clients.toSorted((a, b) => a.end - b.end).slice(0, 1)
  const told = [
    ...units,
    ...authorities,
    ...firstClient.map(({ who, end }) => ({ who: `first of the clients' (${who})`, end })),
  ]
  const text = told.map(({ who, end }) => `${who} ${printDay(end)}`).join(', ')
  return {
    name: 'certificates end',
    lines: wrap(text || 'none is signed yet'),
    json: told.map(({ who, end }) => ({ of: who, end: new Date(end).toISOString() })),
  }
}

/** The first of a unit's three. */
function endsByUnit({ peers }: Observed): readonly { readonly who: string; readonly end: number }[] {
  return [...(peers?.units ?? [])]
    .flatMap(([unit, { issued }]) => {
      const ends = [...issued.values()].map(({ notAfter }) => notAfter)
      return ends.length > 0 ? [{ who: unit, end: Math.min(...ends) }] : []
    })
    .toSorted((a, b) => a.who.localeCompare(b.who, 'en', { numeric: true }))
}
