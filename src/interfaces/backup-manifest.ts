// What is known of a backup, beside it in the store and written last: a snapshot without it is none. Its fields are only ever added to, and
// whoever reads one that has more than it knows ignores the rest.

import * as z from 'zod/mini'
import { parseJsonText, printJsonText } from './json-text.ts'

const digest = z.string().check(z.regex(/^[0-9a-f]{64}$/))
const instant = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/))

const schema = z.object({
  v: z.literal(1),
  /** When it was begun, in UTC: the name of its folder. */
  id: instant,
  application: z.string(),
  model: z.string(),
  modelUuid: z.string(),
  /** The charm's revision, as far as it knows. */
  charm: z.optional(z.string()),
  /** Of the member that it was taken from, like 3.5.30. */
  etcdVersion: z.string(),
  /** etcd's ids in decimal digits. */
  clusterId: z.optional(z.string()),
  /** Digest of the token of the founding: known also of a raw one, of which no member says its ids. */
  founding: z.optional(z.string()),
  memberId: z.optional(z.string()),
  /** Absent where it is raw: nobody who runs has said it. */
  revision: z.optional(z.string().check(z.regex(/^\d{1,19}$/))),
  size: z.number(),
  /** SHA-256 of the whole file, in hexadecimal digits. */
  sha256: digest,
  /** etcd's own hash of all keys at `revision`, as one line of etcd reckons it. */
  hashKv: z.optional(z.string()),
  keys: z.optional(z.number()),
  authEnabled: z.optional(z.boolean()),
  /** The unit whose member it is of. */
  takenFrom: z.string(),
  /** The unit that wrote it. */
  takenBy: z.string(),
  schedule: z.optional(z.boolean()),
  /** A copy of a stopped member's database: it bears no hash of etcd's, and its last writes may be missing. */
  raw: z.optional(z.boolean()),
  startedAt: instant,
  finishedAt: instant,
  /** Of the ledger at the time: whether users and roles in it are those that this application knows. */
  ledgerDigest: z.optional(z.string()),
  /** When it was last restored aside and found to be sound; added later, and taken back where `unusableAt` is. */
  verifiedAt: z.optional(instant),
  /** When it was last looked at and found to be damaged; added later, and taken back where `verifiedAt` is. */
  unusableAt: z.optional(instant),
})
export type BackupManifest = Readonly<z.infer<typeof schema>>

/** `undefined` for what is no manifest, or one of a charm that writes another kind. */
export function parseManifest(text: string): BackupManifest | undefined {
  return parseJsonText(schema, text)
}

export function printManifest(manifest: BackupManifest): string {
  return printJsonText(manifest)
}
