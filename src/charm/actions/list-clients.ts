// `juju run etcd/leader list-clients`: who asked for access, and what became of it; as a table and as JSON.

import { printJsonText } from '../../interfaces/json-text.ts'
import { isExpired, type Ledger, type LedgerEntry, type RequestKey } from '../../interfaces/ledger.ts'
import { printPlace } from '../../interfaces/operator-client.ts'
import type { Charm } from '../charm.ts'
import { observePeers } from '../observe/peers.ts'
import { waitOf, whyRenewalWaits } from '../plan/clients/answers.ts'
import { expiresSoon } from '../plan/clients/conditions.ts'
import { emptyLedger } from '../plan/clients/ledger.ts'
import type { Observed } from '../observed.ts'
import { explainRefusal } from '../plan/clients/refusals.ts'

const columns = ['relation', 'request', 'application', 'common-name', 'prefix', 'expires', 'state'] as const
type Row = Readonly<Record<(typeof columns)[number], string>>

/** Juju takes results as arguments, of which each may be 128 KiB at most; a table of a thousand clients is more. */
const longest = 100_000

export async function listClients(charm: Charm): Promise<void> {
  const peers = await observePeers(charm)
  const rows = [...(peers?.ledger.entries.values() ?? [])].map(({ key, entry }) =>
    describeRow(key, entry, peers?.ledger ?? emptyLedger, { application: charm.context.app, now: charm.now }),
  )
  await charm.juju.actionSet({
    count: String(rows.length),
    ...(rows.length > 0 ? inParts('clients', rows, printTable) : { clients: 'none' }),
    ...inParts('json', rows, printJsonText),
  })
}

/** Whole under its name where it is short enough; else in parts of so many rows, the others under `<name>-2` and so on. */
export function inParts<T>(
  name: string,
  rows: readonly T[],
  print: (rows: readonly T[]) => string,
): Readonly<Record<string, string>> {
  for (let parts = 1; ; parts += 1) {
    const size = Math.max(1, Math.ceil(rows.length / parts))
    const texts = Array.from({ length: parts }, (_, at) => print(rows.slice(at * size, (at + 1) * size)))
    if (size > 1 && texts.some((text) => Buffer.byteLength(text) > longest)) continue
    return Object.fromEntries(texts.map((text, at) => [at === 0 ? name : `${name}-${at + 1}`, text]))
  }
}

export function describeRow(
  key: RequestKey,
  entry: LedgerEntry,
  ledger: Ledger,
  { application, now }: Pick<Observed, 'application' | 'now'>,
): Row {
  const row = { relation: printPlace(key.relation), request: key.request, application: entry.application }
  if (entry.state === 'refused') {
    const { message, resolution } = explainRefusal(entry.code, entry.detail, application)
    const state = `refused: ${message}; ${resolution}`
    const ended = entry.code === 'access-revoked' || entry.code === 'relation-suspended'
    const name = entry.wants ?? (ended ? entry.detail : '')
    return { ...row, 'common-name': name, prefix: '', expires: '', state }
  }
  const { leaf, prefix, served } = entry
  const [wait] = waitOf(entry, ledger)
  const why = entry.pending?.code ?? (served && entry.waits ? whyRenewalWaits(entry.waits) : undefined)
  const waits = why === undefined ? '' : `; ${explainRefusal(why, entry.pending?.detail ?? '').message}`
  const suspended = ledger.crossModel.get(key.relation) === 'suspended'
  const state = !served
    ? (wait?.message ?? 'being set up')
    : isExpired(leaf, now)
      ? 'expired'
      : expiresSoon(leaf, now)
        ? 'served, expires soon'
        : 'served'
  const shown = suspended ? `${state}${waits}, suspended` : `${state}${waits}`
  const expires = new Date(leaf.notAfter).toISOString().slice(0, 10)
  return {
    ...row,
    'common-name': leaf.commonName,
    prefix: entry.readOnly ? `${prefix} (read)` : prefix,
    expires,
    state: shown,
  }
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
