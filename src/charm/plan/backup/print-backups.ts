// The table of backups: this application's own first, those of others apart from them.

import { plainText } from '../../../plain-text.ts'
import type { BackupRow } from './listing.ts'

const header = ['backup-id', 'state', 'size', 'etcd', 'revision', 'taken by']
/** More than a screen of them is what the JSON is for. */
const most = 100

export function printBackups(rows: readonly BackupRow[], own: string): string {
  if (rows.length === 0) return 'none'
  const [mine, others] = [rows.filter(isOf(own)), rows.filter((row) => row.source !== own)]
  const parts = [mine.length === 0 ? `no backup of ${own}` : table(mine)]
  for (const source of new Set(others.map((row) => row.source)))
    parts.push(
      `${source === '' ? 'by itself in the path' : `of ${plainText(source)}`}:\n${table(rows.filter(isOf(source)))}`,
    )
  return parts.join('\n\n')
}

function isOf(source: string): (row: BackupRow) => boolean {
  return (row) => row.source === source
}

function table(rows: readonly BackupRow[]): string {
  const cells = [header, ...rows.slice(0, most).map(cellsOf)]
  const widths = header.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)))
  const lines = cells.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return [...lines, ...(rows.length > most ? [`and ${rows.length - most} older ones`] : [])].join('\n')
}

function cellsOf({ id, state, size, manifest }: BackupRow): readonly string[] {
  const told = manifest ? [manifest.etcdVersion, manifest.revision ?? '-', manifest.takenBy] : ['-', '-', '-']
  return [
    plainText(id, 60),
    state,
    `${(size / 1e6).toFixed(1)} MB`,
    ...told.map((text) => plainText(text, 40)),
  ]
}
