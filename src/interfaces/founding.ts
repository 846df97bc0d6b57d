// Which unit founds the cluster, and on what, as the leader tells it all units in `etcd-peers`.

import * as z from 'zod/mini'
import { printJsonText } from './json-text.ts'

const restore = z.object({
  snapshot: z.string(),
  unit: z.string(),
  without: z.optional(z.readonly(z.array(z.string()))),
  before: z.object({
    token: z.string(),
    generation: z.number(),
    founder: z.optional(z.string()),
    born: z.optional(z.boolean()),
  }),
})
/**
 * The founding is a restore: `unit` has data ready that was made of `snapshot`, and puts it in force when all others stand still, but for
 * those `without` whom the operator goes on. Until then `before` may be taken up again; `born` is told of one that was never seen to serve.
 */
export type Restore = Readonly<z.infer<typeof restore>>

export const foundingSchema = z.object({
  founder: z.optional(z.string()),
  token: z.string(),
  generation: z._default(z.number(), 1),
  born: z.optional(z.boolean()),
  awaited: z.optional(z.readonly(z.array(z.string()))),
  restore: z.optional(restore),
})
/**
 * Which unit founds the cluster, the token that keeps members of other clusters out, and whether it was seen to serve. Each
 * founding of an application is of a generation of its own; one without a founder waits until all units have told their data.
 * `awaited`: units that had yet to join when the last member left with all data.
 */
export type Founding = Readonly<z.infer<typeof foundingSchema>>

export function printFounding(value: Founding): Record<string, string> {
  return { founding: printJsonText(value) }
}

/** Raised when a revision of the charm writes what the one before can't read, in the databag or on disk; never together with another etcd. */
export const format = 1

/** Of a databag that tells none it is the first. */
export function readFormat(databag: Readonly<Record<string, string>>): number {
  return Number(databag.state ?? 1)
}

/** What goes along with whatever is told all units, from the first write of a revision on; one that is later is never taken back. */
export function printFormat(
  databag: Readonly<Record<string, string>>,
  own = format,
): Readonly<Record<string, string>> {
  return readFormat(databag) < own ? { state: String(own) } : {}
}
