// A screen of 80 columns: Juju indents by two what an action prints over several lines. No line ends in a space, or YAML would print all of
// it as one long line in quotes.

import { plainLines } from '../../../plain-text.ts'
import type { Section } from './section.ts'

export const screenWidth = 78
const indent = 2
const room = screenWidth - indent

export function printScreen(sections: readonly Section[]): string {
  return sections
    .flatMap(({ name, lines }) => [name, ...lines.map((line) => `${' '.repeat(indent)}${line}`)])
    .map((line) => cut(plainLines(line), screenWidth).trimEnd())
    .join('\n')
}

/** As many lines as the text takes; all but the first are indented. */
export function wrap(text: string, hang = 2): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? `${lines.length > 0 ? ' '.repeat(hang) : ''}${word}` : `${line} ${word}`
    if (longer.length <= room || line === '') line = longer
    else {
      lines.push(line)
      line = `${' '.repeat(hang)}${word}`
    }
  }
  return [...lines, line].map((one) => cut(one, room))
}

export interface Column {
  readonly header: string
  /** Numbers stand at the right. */
  readonly right?: boolean
}

/** As wide as their widest cell; where that is more than the screen has, the widest of them gives way. */
export function printColumns(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const all = [columns.map(({ header }) => header), ...rows.map((row) => row.map((cell) => cell || '-'))]
  const widths = columns.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)))
  const gaps = 2 * (columns.length - 1)
  const excess = widths.reduce((sum, one) => sum + one, gaps) - room
  const widest = widths.indexOf(Math.max(...widths))
  if (excess > 0) widths[widest] = Math.max(8, (widths[widest] ?? 0) - excess)
  return all.map((row) =>
    columns
      .map(({ right }, at) => {
        const text = cut(row[at] ?? '', widths[at] ?? 0)
        return right ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0)
      })
      .join('  ')
      .trimEnd(),
  )
}

export function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, Math.max(0, longest - 1))}…`
}

export function printShare(share: number): string {
  return `${Math.floor(share * 100)} %`
}

export function printDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
