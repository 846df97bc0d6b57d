// What the bench measures, row by row: for bench/results.json, and as a table for people.

export interface Row {
  readonly figure: string
  readonly clients: number
  readonly members: number
  readonly value: number
  readonly unit: string
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** One line for each figure, one column for each size; what a figure means stands before the colon, its part behind it. */
export function printTable(rows: readonly Row[]): string {
  const sizes = [...new Set(rows.map(size))]
  const figures = [...new Set(rows.map(({ figure, unit }) => `${figure} (${unit})`))]
  const cell = (figure: string, of: string): string => {
    const row = rows.find((one) => `${one.figure} (${one.unit})` === figure && size(one) === of)
    return row ? String(row.value) : ''
  }
  return [
    `| figure | ${sizes.join(' | ')} |`,
    `|---|${sizes.map(() => '---:|').join('')}`,
    ...figures.map((figure) => `| ${figure} | ${sizes.map((of) => cell(figure, of)).join(' | ')} |`),
  ].join('\n')
}

function size({ clients, members }: Row): string {
  const plural = clients === 1 ? '1 client' : `${clients} clients`
  return members === 1 ? plural : `${plural}, ${members} members`
}

/** Three figures are as many as a machine that does other things repeats. */
export function round(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 10) / 10
}
