// The catalogue of statuses, read from the sources: every message that is given to a status, with a name in place of what varies.

export interface StatusRow {
  readonly status: string
  readonly message: string
}

/** What may stand in a template's `${…}`: code, with one pair of braces or one template in it at most. */
const code = '(?:[^{}`]|`[^`]*`|\\{[^{}]*\\})*'
const literal = new RegExp(
  `^\\s*(?:\\(\\s*)?(\`(?:[^\`\\\\$]|\\\\.|\\$\\{${code}\\}|\\$)*\`|'(?:[^'\\\\]|\\\\.)*'|"(?:[^"\\\\]|\\\\.)*")`,
)
const placeholder = new RegExp(`\\$\\{(${code})\\}`, 'g')

const places: readonly (readonly [RegExp, string | undefined])[] = [
  [/\bnew Waiting\(/g, 'waiting'],
  [/\bnew Blocked\(/g, 'blocked'],
  [/\bwaiting\((?!message)/g, 'waiting'],
  [/\breturn (?=['`"]waiting)/g, 'waiting'],
  [/\bblocked\((?!message)/g, 'blocked'],
  [/\breturn (?=['`"](?:quorum lost|refresh waits|point of no return))/g, 'blocked'],
  [/\btell\(\s*'(\w+)',/g, undefined],
  [/\bmessage(?::\s+|\s*=\s*)/g, undefined],
]

export function statusesIn(source: string): readonly StatusRow[] {
  return places.flatMap(([place, status]) =>
    [...source.matchAll(place)].flatMap(({ index, 0: found, 1: named }) => {
      const after = source.slice(index + found.length)
      const text = literal.exec(after)?.[1]
      if (text === undefined) return []
      const told = status ?? named ?? statusBeside(source, index)
      return told === undefined ? [] : [{ status: told, message: tidy(text) }]
    }),
  )
}

/** In the same object, or in the one that the message is put into further down. */
function statusBeside(source: string, at: number): string | undefined {
  const before = /status: '(\w+)',\s*$/.exec(source.slice(Math.max(0, at - 60), at))?.[1]
  return before ?? /^[\s\S]{0,500}?status: '(\w+)'/.exec(source.slice(at))?.[1]
}

/** `${a.b.unit}` is told as ‹unit›. */
function tidy(text: string): string {
  const inside = text.slice(1, -1)
  return inside.replace(placeholder, (_, inner: string) => `‹${nameOf(inner)}›`).replace(/\\(.)/g, '$1')
}

function nameOf(inner: string): string {
  const words = inner.replace(/\(\(?\{? ?(\w+) ?\}?\)? => [^)]*\)/g, '').match(/[A-Za-z]+/g) ?? []
  const names = words.filter(
    (word) => !['join', 'map', 'String', 'error', 'step', 'observed', 'leaf'].includes(word),
  )
  return (names.at(-1) ?? words.at(-1) ?? '…').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

type PrintTable = (header: readonly string[], rows: readonly (readonly string[])[]) => string

const meanings: readonly (readonly [string, string])[] = [
  ['blocked', 'Somebody must act; the message says what to do.'],
  ['waiting', 'For another part, or for something that passes by itself; the hooks go on with it.'],
  ['maintenance', 'The charm is at work.'],
  ['active', 'It serves. A message is a warning.'],
]

export function printStatuses(rows: readonly StatusRow[], table: PrintTable): string {
  return meanings
    .map(([status, meaning]) => {
      const messages = new Set(rows.filter((row) => row.status === status).map((row) => row.message))
      const cells = [...messages].sort().map((message) => [message])
      return `## ${status}\n\n${meaning}${cells.length > 0 ? `\n\n${table(['Message'], cells)}` : ''}`
    })
    .join('\n\n')
}
