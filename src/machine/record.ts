// What the charm wrote down on this machine, in JSON. A disk that failed, or a hand, may have left anything in its place: what is no record
// is none, and whatever it was about is looked at or made anew.

import * as z from 'zod/mini'

/** @returns `undefined` where the text is absent, is no JSON, or has another shape */
export function readRecord<Schema extends z.core.$ZodType>(
  schema: Schema,
  text: string | undefined,
): z.infer<Schema> | undefined {
  if (text === undefined) return undefined
  try {
    return z.safeParse(schema, JSON.parse(text)).data
  } catch {
    return undefined
  }
}
