// The digest of a large file, known from last time for as long as nobody has written to it: a tarball of etcd takes a tenth of a second
// and more to read, and a hook that has nothing to do has no time for that.

import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as z from 'zod/mini'
import { parseJsonText } from '../parse-json.ts'
import { digestOf, makeDirectory, readTextIfExists, unlessAbsent, writeFileAtomic } from './file.ts'

const recordSchema = z.object({ path: z.string(), identity: z.string(), digest: z.string() })

/**
 * SHA-256 in hexadecimal digits. `record` is where it is noted, in a folder of root's alone; one that can't be read is as good as
 * none.
 */
export async function rememberedDigestOf(path: string, record: string): Promise<string> {
  const identity = identityOf(await stat(path, { bigint: true }))
  const known = parseJsonText(recordSchema, await readTextIfExists(record))
  if (known?.identity === identity && known.path === path) return known.digest
  const digest = await digestOf(path)
  // Of a file that was written to meanwhile this is no digest to remember.
  if (identityOf(await stat(path, { bigint: true })) === identity) {
    await makeDirectory(dirname(record), { mode: 0o700 })
    await writeFileAtomic(record, JSON.stringify({ path, identity, digest }), { mode: 0o600 })
  }
  return digest
}

/** The digest of the file that was asked for last; `undefined` where it is another file by now, or is no more. */
export async function recallDigest(record: string): Promise<string | undefined> {
  const known = parseJsonText(recordSchema, await readTextIfExists(record))
  const there = known && (await unlessAbsent(stat(known.path, { bigint: true })))
  return there && identityOf(there) === known.identity ? known.digest : undefined
}

/** Nobody can set the time of the last change (ctime): whoever writes to a file moves it. */
function identityOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ')
}
