// JSON that somebody else wrote, or that a disk or a hand may have spoilt. Parsing it never throws: what does not fit is `undefined`.

import * as z from 'zod/mini'

/**
 * Reads a text that should hold JSON of the given shape: a databag's value, or a record of the charm's own on this machine.
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
