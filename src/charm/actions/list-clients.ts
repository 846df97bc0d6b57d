// `juju run etcd/leader list-clients`: who asked for access, and what became of it; as a table and as JSON.

import { printJsonText } from '../../interfaces/json-text.ts'
import type { LedgerEntry, RequestKey } from '../../interfaces/ledger.ts'
import type { Charm } from '../charm.ts'
import { observeJuju } from '../observe-juju.ts'
import { expiresSoon } from '../plan/conditions.ts'
import { explainRefusal } from '../refusals.ts'

const columns = ['relation', 'request', 'application', 'common-name', 'prefix', 'expires', 'state'] as const
type Row = Readonly<Record<(typeof columns)[number], string>>

export async function listClients(charm: Charm): Promise<void> {
  const { peers } = await observeJuju(charm)
  const rows = [...(peers?.ledger.entries.values() ?? [])].map(({ key, entry }) =>
    describeRow(key, entry, charm.now, peers?.ledger.crossModel.get(key.relation) === 'suspended'),
  )
  await charm.juju.actionSet({
    count: String(rows.length),
    clients: rows.length > 0 ? printTable(rows) : 'none',
    json: printJsonText(rows),
  })
}

function describeRow(key: RequestKey, entry: LedgerEntry, now: number, suspended: boolean): Row {
  const row = { relation: String(key.relation), request: key.request, application: entry.application }
  if (entry.state === 'refused') {
    const { message, resolution } = explainRefusal(entry.code, entry.detail)
    const state = `refused: ${message}; ${resolution}`
    return { ...row, 'common-name': entry.wants ?? '', prefix: '', expires: '', state }
  }
  const { leaf, prefix, served } = entry
  const state = !served ? 'being set up' : expiresSoon(leaf, now) ? 'served, expires soon' : 'served'
  const shown = suspended ? `${state}, suspended` : state
  const expires = new Date(leaf.notAfter).toISOString().slice(0, 10)
  return { ...row, 'common-name': leaf.commonName, prefix, expires, state: shown }
}

/** Columns as wide as their widest cell; an empty cell is a dash. */
function printTable(rows: readonly Row[]): string {
  const header = Object.fromEntries(columns.map((name) => [name, name]))
  const lines = [header, ...rows].map((row) => columns.map((name) => row[name] || '-'))
  const widths = columns.map((_, at) => Math.max(...lines.map((cells) => cells[at]?.length ?? 0)))
  return lines
    .map((cells) =>
      cells
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
