// What `relation-set --file` and `state-set --file` are given, read as strictly as Juju's own reader does it (go-yaml, whose versions 2
// and 3 agree): JSON is YAML to it, but for these.

import { parse } from 'yaml'
import { ToolFailure } from './hook-context.ts'
import type { Bag } from './state.ts'

const control = /[^\P{Cc}\t\n\r\u0085]|[\ufffe\uffff]/u
/** In a double-quoted text: half a surrogate pair, whether the other half follows or not. */
const half = /(?<!\\)(?:\\\\)*\\u[dD][89a-fA-F]/

export function readSettings(text: string): Bag {
  if (control.test(text)) throw new ToolFailure('yaml: control characters are not allowed')
  if (half.test(text)) throw new ToolFailure('yaml: found invalid Unicode character escape code')
  // The end of a line to YAML 1.1, which folds it.
  const found: unknown = parse(text.replace(/[ \t]*\x85[ \t]*/g, ' '), { schema: 'failsafe' })
  const settings: Bag = {}
  for (const [key, value] of Object.entries(found ?? {})) {
    if (typeof value !== 'string')
      throw new ToolFailure('yaml: unmarshal errors:\n  line 1: cannot unmarshal !!map into string')
    settings[key] = value
  }
  return settings
}
