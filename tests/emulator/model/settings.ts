// `key=value` words and `--file`, of the tools that take settings: relation-set and state-set.

import { readFileSync } from 'node:fs'
import { type Parsed, type Request, ToolFailure } from './hook-context.ts'
import { readSettings } from './read-settings.ts'
import type { Bag } from './state.ts'

export function readPairs(words: readonly string[]): Bag {
  const pairs: Bag = {}
  for (const word of words) {
    const at = word.indexOf('=')
    if (at < 1) throw new ToolFailure(`expected "key=value", got "${word}"`, 2)
    const key = word.slice(0, at)
    if (Object.hasOwn(pairs, key)) throw new ToolFailure(`key "${key}" specified more than once`, 2)
    pairs[key] = word.slice(at + 1)
  }
  return pairs
}

/** A path is opened on the unit's machine; `-` is what the tool was given on its standard input. */
export function readFileOf({ context, cwd = '/', stdin }: Request, { flags }: Parsed): Bag {
  const path = flags.get('--file')
  if (path === undefined) return {}
  const text =
    path === '-'
      ? stdin
      : readOn(context.unit.host.outside(path.startsWith('/') ? path : `${cwd}/${path}`), path)
  return readSettings(text)
}

function readOn(outside: string, path: string): string {
  try {
    return readFileSync(outside, 'utf8')
  } catch {
    throw new ToolFailure(`open ${path}: no such file or directory`)
  }
}
