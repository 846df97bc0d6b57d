// The record of what the running etcd read at its start, as it lies on disk.

import * as z from 'zod/mini'

export const loadedSchema = z.object({
  version: z.string(),
  archive: z.optional(z.string()),
  revision: z.optional(z.string()),
  configuration: z.string(),
  settings: z.optional(z.string()),
  authorities: z._default(z.string(), ''),
  roots: z.optional(z.array(z.string())),
  leaves: z.array(z.object({ fingerprint: z.string(), serial: z.string(), commonName: z.string() })),
  guarded: z.boolean(),
  quota: z.optional(z.number()),
})

export const refusedSchema = z.object({
  release: z.optional(z.string()),
  settings: z.optional(z.string()),
  trust: z.optional(z.string()),
  words: z.string(),
  at: z.number(),
  ofMachine: z.optional(z.boolean()),
})

/** A start that was begun (`Begun`). */
export const begunSchema = z.object({
  loading: loadedSchema,
  before: z.string(),
  at: z.number(),
  halfway: z.optional(z.boolean()),
  lockedOut: z.optional(z.string()),
  refuses: z.optional(refusedSchema),
})
