// How hook tools print: `--format json|yaml|smart` (facts/juju.md §2.0).

import { stringify } from 'yaml'

/** Go's encoder escapes what HTML would mind; an absent value is null. */
function printJson(value: unknown): string {
  const text = JSON.stringify(value ?? null)
  return `${text.replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)}\n`
}

/** Texts raw, nothing for what is empty, lists one per line, truth as Python writes it. */
function printSmart(value: unknown): string {
  if (value === undefined || value === null || value === '') return ''
  if (typeof value === 'boolean') return value ? 'True\n' : 'False\n'
  if (typeof value === 'number') return `${printNumber(value)}\n`
  if (Array.isArray(value)) return value.map((row) => `${String(row)}\n`).join('')
  if (typeof value === 'object') return printYaml(value)
  return `${String(value)}\n`
}

/** A million and more with an exponent of two digits, as Go prints floats. */
function printNumber(value: number): string {
  if (Math.abs(value) < 1_000_000) return String(value)
  return value.toExponential().replace(/e\+(\d)$/, 'e+0$1')
}

/** Stands before a number that is to be printed as it is. */
const mark = 'GONUMBER'

function printYaml(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number') return `${printNumber(value)}\n`
  // What YAML 1.1 would read as something else is quoted; a list within a map is not indented.
  const numbers = (_: unknown, row: unknown): unknown =>
    typeof row === 'number' && Math.abs(row) >= 1_000_000 ? `${mark}${printNumber(row)}` : row
  const text = stringify(value, numbers, { version: '1.1', indentSeq: false, lineWidth: 0 })
  return text.replaceAll(mark, '')
}

export function print(value: unknown, format: string): string | undefined {
  if (format === 'json') return printJson(value)
  if (format === 'smart') return printSmart(value)
  return format === 'yaml' ? printYaml(value) : undefined
}
