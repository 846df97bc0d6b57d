// What a unit keeps on its disk about backups, for hooks to read: which store is related, what work was begun, how far it is, how it ended.
// No credential is in it. The work's own order, which has some, is a file that the work removes as soon as it has read it.

import * as z from 'zod/mini'

const storeSchema = z.object({
  relation: z.number(),
  endpoint: z.enum(['s3-credentials', 'azure-storage-credentials', 'gcs-credentials']),
  application: z.string(),
  /** Last 20 characters of the URI of the secret with the keys. */
  secret: z.optional(z.string()),
  state: z.enum(['ready', 'incomplete', 'invalid']),
  /** What is missing, or wrong. */
  words: z.string(),
})
/** A store as its relation gives it. */
export type StoreSeen = Readonly<z.infer<typeof storeSchema>>
export const storesSchema = z.object({ stores: z.array(storeSchema) })

export const begunSchema = z.object({
  /** Of this work and no other. */
  token: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
  scheduled: z.boolean(),
})
export type BackupBegun = Readonly<z.infer<typeof begunSchema>>

export const progressSchema = z.object({
  token: z.string(),
  /** The backup's. */
  id: z.string(),
  bytes: z.number(),
  /** 0 while it is not known. */
  total: z.number(),
  at: z.number(),
})
export type BackupProgress = Readonly<z.infer<typeof progressSchema>>

/** The last complete backup that is known of. */
const newestSchema = z.object({ id: z.string(), size: z.number(), revision: z.optional(z.string()) })
export type NewestBackup = Readonly<z.infer<typeof newestSchema>>

export const failures = ['unavailable', 'untrusted', 'denied', 'no-bucket', 'full', 'etcd', 'other'] as const

const verificationSchema = z.object({
  /** The backup's. */
  id: z.string(),
  /** Nothing, where it could not be tried. */
  found: z.enum(['sound', 'unusable', 'nothing']),
  words: z.optional(z.string()),
})
/** What was found out by restoring it aside. */
export type Verification = Readonly<z.infer<typeof verificationSchema>>

export const outcomeSchema = z.object({
  token: z.string(),
  at: z.number(),
  ended: z.enum(['done', 'not-due', 'failed']),
  failure: z.optional(z.object({ kind: z.enum(failures), words: z.string() })),
  /** What did not work, and did no harm to the backup. */
  warnings: z.array(z.string()),
  /** Of a failure: that of before. */
  newest: z.optional(newestSchema),
  /** Backups of this cluster that are of a time to come, and count for nothing; of a failure: those of before. */
  ahead: z.optional(z.array(z.string())),
  /** Of the newest, where the option says so; of a failure: that of before. */
  verification: z.optional(verificationSchema),
})
export type BackupOutcome = Readonly<z.infer<typeof outcomeSchema>>
