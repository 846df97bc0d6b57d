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
  if (Array.isArray(value)) return value.map((row) => `${String(row)}\n`).join('')
  if (typeof value === 'object') return printYaml(value)
  return `${String(value)}\n`
}

function printYaml(value: unknown): string {
  return value === undefined || value === null ? '' : stringify(value)
}

export function print(value: unknown, format: string): string | undefined {
  if (format === 'json') return printJson(value)
  if (format === 'smart') return printSmart(value)
  return format === 'yaml' ? printYaml(value) : undefined
}
