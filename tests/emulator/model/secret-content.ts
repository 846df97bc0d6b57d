// What a secret tool is given as content: `key=value`, `key#base64=…`, `key#file=/absolute/path`, and `--file` beside them.

import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import * as z from 'zod/mini'
import { type HookContext, ToolFailure } from './hook-context.ts'
import type { Bag } from './state.ts'

/** Of the text in base64. */
const largest = 1_000_000
const settings = z.record(z.string(), z.coerce.string())

export function readContent(context: HookContext, words: readonly string[], file?: string): Bag {
  const content: Bag = {}
  for (const word of words) {
    const [key, value] = readWord(context, word)
    content[key] = value
  }
  if (file !== undefined) {
    const given: unknown = parse(readFile(context, file, (why) => why))
    for (const [key, value] of Object.entries(settings.parse(given ?? {}))) content[readKey(key)] = value
  }
  for (const [key, value] of Object.entries(content)) {
    const bytes = Math.ceil(Buffer.byteLength(value) / 3) * 4
    if (bytes > largest)
      throw new ToolFailure(`base64 encoded secret content for key "${key}" too large: ${bytes} bytes`, 2)
  }
  return content
}

function readWord(context: HookContext, word: string): readonly [key: string, value: string] {
  const at = word.indexOf('=')
  if (at < 1 || at === word.length - 1) throw new ToolFailure(`key value "${word}" not valid`, 2)
  const [given, value] = [word.slice(0, at), word.slice(at + 1)]
  const [, name = given, how] = /^(.*)#(file|base64)$/s.exec(given) ?? []
  const key = readKey(name)
  if (how === 'base64') return [key, Buffer.from(value, 'base64').toString('utf8')]
  if (how === undefined) return [key, value]
  const read = readFile(context, value, (why) => `reading content for secret key "${key}": ${why}`)
  if (Buffer.byteLength(read) > 1_048_575)
    throw new ToolFailure(`secret content in file "${value}" too large: ${Buffer.byteLength(read)} bytes`, 2)
  return [key, read]
}

function readKey(key: string): string {
  if (!/^([a-z](?:-?[a-z0-9]){2,})$/.test(key)) throw new ToolFailure(`key "${key}" not valid`, 2)
  return key
}

/** The agent opens the file, from a working directory of its own: a path that is not absolute leads nowhere. */
function readFile({ unit }: HookContext, path: string, say: (why: string) => string): string {
  try {
    if (path.startsWith('/')) return readFileSync(unit.host.outside(path), 'utf8')
  } catch {
    // Told below, in Juju's words.
  }
  throw new ToolFailure(say(`open ${path}: no such file or directory`), 2)
}
