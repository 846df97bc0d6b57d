// What the process that takes a backup is asked to do. The keys of the store are in it: it is a file that root alone reads, below /run, and
// the process removes it as soon as it has read it.

import * as z from 'zod/mini'

const place = { path: z.string(), authorities: z.array(z.string()) }

const store = z.discriminatedUnion('kind', [
  z.object({
    ...place,
    kind: z.literal('s3'),
    endpoint: z.string(),
    region: z.string(),
    bucket: z.string(),
    accessKey: z.string(),
    secretKey: z.string(),
    pathStyle: z.boolean(),
    storageClass: z.string(),
  }),
  z.object({
    ...place,
    kind: z.literal('azure'),
    endpoint: z.string(),
    account: z.string(),
    container: z.string(),
    secretKey: z.string(),
  }),
  z.object({
    ...place,
    kind: z.literal('gcs'),
    endpoint: z.string(),
    bucket: z.string(),
    storageClass: z.string(),
    serviceAccount: z.string(),
  }),
])

export const backupJobSchema = z.object({
  token: z.string(),
  store,
  /** Juju's: where the machines of this model reach the world through one. */
  proxies: z.record(z.string(), z.string()),
  unit: z.string(),
  application: z.string(),
  model: z.object({ name: z.string(), uuid: z.string() }),
  /** Who may be asked for a snapshot. */
  members: z.array(z.object({ unit: z.string(), endpoint: z.string() })),
  /** A complete one that was begun since then is enough; where it is left out, one is taken whatever there is. */
  since: z.optional(z.number()),
  /** The newest is tried: by an etcd that lets in those whom this authority knows, in PEM. */
  verifyBy: z.optional(z.string()),
  /** It deletes nothing, as before a restore: what is about to be restored may be what would go. */
  keepsAll: z.optional(z.boolean()),
  keep: z.number(),
  keepDays: z.number(),
  ledgerDigest: z.optional(z.string()),
  /** Digest of the token of the founding that is in force: by it the backups of this cluster are known. */
  founding: z.optional(z.string()),
})
export type BackupJob = Readonly<z.infer<typeof backupJobSchema>>
