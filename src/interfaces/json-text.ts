// Databag values are strings; some hold JSON. Parsing one never throws: what does not fit is `undefined`.

import * as z from 'zod/mini'

/**
 * Reads a databag value that should hold JSON of the given shape.
 *
 * @returns the value, or `undefined` where the text is absent, is no JSON, or has another shape
 */
export function parseJsonText<Schema extends z.core.$ZodType>(
  schema: Schema,
  text: string | undefined,
): z.infer<Schema> | undefined {
  if (text === undefined || text === '') return undefined
  try {
    const parsed = z.safeParse(schema, JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

/** Prints JSON with sorted keys, so that two units that mean the same write the same text. */
export function printJsonText(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}
