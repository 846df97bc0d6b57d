// What etcd's API of before 2016 holds, read without starting etcd: from the newest snapshot of the raft log, as etcd's own check does
// (`etcdutl check v2store`). From 3.6 on a member does not start with any of it.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { bytesIn, fieldsOf } from './protobuf.ts'

const node = z.object({
  Children: z.nullish(z.record(z.string(), z.unknown())),
  Value: z.optional(z.string()),
})
const store = z.object({ Root: z.object({ Children: z.nullish(z.record(z.string(), node)) }) })

/** etcd's own records of its members. */
const ownKey = '0'

/** `false` where there is no snapshot yet, since then there was no such API. */
export async function readV2Content(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => [])
  // Term and index, in hexadecimal digits of one width: text order is theirs.
  const snapshots = names.filter((name) => name.endsWith('.snap')).toSorted()
  for (const name of snapshots.toReversed()) {
    const held = holdsContent(await readFile(join(folder, name)).catch(() => Buffer.alloc(0)))
    if (held !== undefined) return held
  }
  return false
}

/** `undefined` for one that can't be read: it may be being written. */
export function holdsContent(bytes: Buffer): boolean | undefined {
  try {
    const raft = fieldsOf(bytesIn(fieldsOf(bytes), 2))
    const { Root } = store.parse(JSON.parse(bytesIn(raft, 1).toString('utf8')))
    return Object.entries(Root.Children ?? {}).some(
      ([key, { Children, Value }]) => key !== ownKey && (Object.keys(Children ?? {}).length > 0 || Value),
    )
  } catch {
    return undefined
  }
}
