// Databag values are strings; some hold JSON.

export { parseJsonText } from '../parse-json.ts'

/**
 * Prints JSON with sorted keys, so that two units that mean the same write the same text; in ASCII, since whoever reads a databag may
 * read it by way of YAML or on a terminal.
 */
export function printJsonText(value: unknown): string {
  return print(value)?.replace(/[\x7f-\uffff]/g, spell) ?? ''
}

function spell(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** `undefined` where there is nothing to print. */
function print(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}
