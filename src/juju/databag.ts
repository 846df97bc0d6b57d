// Databags: maps of strings. An empty value deletes the key, and a write that changes nothing must not be made.

export type Databag = Readonly<Record<string, string>>
export type WantedDatabag = Readonly<Record<string, string | undefined>>

/**
 * What to write so that a databag says what is wanted: changed and new keys, and '' for keys to delete; keys that are not
 * mentioned stay. Sorted by key.
 *
 * @example differences({ a: '1', b: '2' }, { a: '1', b: undefined, c: '3' }) // { b: '', c: '3' }
 */
export function differences(current: Databag, wanted: WantedDatabag): Databag {
  const changes = Object.entries(wanted)
    .map(([key, value]) => [key, value ?? ''] as const)
    .filter(([key, value]) => (current[key] ?? '') !== value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(changes)
}
