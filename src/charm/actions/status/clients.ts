// Clients by what has become of them, and by name those that are not served as they asked; list-clients has all.

import type { LedgerEntry } from '../../../interfaces/ledger.ts'
import { describeRow } from '../list-clients.ts'
import { emptyLedger } from '../../plan/clients/ledger.ts'
import { printColumns, wrap } from './screen.ts'
import type { Asked, Section } from './section.ts'

const most = 8
const mostInJson = 100

export function describeClients({ observed }: Pick<Asked, 'observed'>): Section {
  const ledger = observed.peers?.ledger ?? emptyLedger
  const rows = [...ledger.entries.values()]
  const stateOf = ({ entry }: { readonly entry: LedgerEntry }): string =>
    entry.state === 'refused' ? 'refused' : entry.served ? 'served' : 'being set up'
  const counts = ['served', 'being set up', 'refused'].map((state) => ({
    state,
    count: rows.filter((row) => stateOf(row) === state).length,
  }))
  const others = rows
    .map(({ key, entry }) => describeRow(key, entry, ledger, observed))
    .filter(({ state }) => state !== 'served')
  const told = others.slice(0, most)
  const table = printColumns(
    [{ header: 'CLIENT' }, { header: 'NAME' }, { header: 'STATE' }],
    told.map((row) => [`${row.application} (${row.relation})`, row['common-name'] ?? '', row.state ?? '']),
  )
  const first = rows.flatMap(({ entry }) => (entry.state === 'accepted' ? [entry.leaf.notAfter] : []))
  return {
    name: 'clients',
    lines: [
      rows.length === 0
        ? 'none'
        : counts.flatMap(({ state, count }) => (count > 0 ? [`${count} ${state}`] : [])).join(', '),
      ...(told.length > 0 ? table : []),
      ...(others.length > told.length ? wrap(`+${others.length - told.length} more: run list-clients`) : []),
    ],
    json: {
      ...Object.fromEntries(counts.map(({ state, count }) => [state.replaceAll(' ', '-'), count])),
      ...(first.length > 0 && { 'first-certificate-ends': new Date(Math.min(...first)).toISOString() }),
      others: others.slice(0, mostInJson),
    },
  }
}
