// Settings on their way to Juju. `--file` is YAML to it, and JSON is YAML but for a few characters: Juju's reader fails at control
// characters that JSON takes as they are, takes U+0085 for the end of a line, and fails at an escaped half of a surrogate pair.

import type { Databag } from './databag.ts'

/**
 * JSON that every reader of YAML takes back unchanged: beyond ASCII all is escaped, but for characters above U+FFFF, which YAML takes
 * as they are and JSON could only escape by halves. What is no Unicode (half a pair) becomes U+FFFD.
 *
 * @example printSettings({ a: '\u0085' }) // {"a":"\\u0085"}
 */
export function printSettings(settings: Databag): string {
  const wellFormed = Object.entries(settings).map(([key, value]) => [
    key.toWellFormed(),
    value.toWellFormed(),
  ])
  return JSON.stringify(Object.fromEntries(wellFormed)).replace(/[\x7f-\uffff]/gu, spell)
}

function spell(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}
