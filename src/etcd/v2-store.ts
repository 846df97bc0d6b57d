// What etcd's API of before 2016 holds, read without starting etcd: from the newest snapshot of the raft log, as etcd's own check does
// (`etcdutl check v2store`), and from the entries after it, which that check does not see. From 3.6 on a member does not start with any of it.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { bytesIn, fieldsOf } from './protobuf.ts'
import { proposalsAfter } from './write-ahead-log.ts'

const node = z.object({
  Children: z.nullish(z.record(z.string(), z.unknown())),
  Value: z.optional(z.string()),
})
const store = z.object({ Root: z.object({ Children: z.nullish(z.record(z.string(), node)) }) })

/** etcd's own records of its members. */
const ownKey = '0'

interface Folders {
  readonly snapshots: string
  readonly log: string
}

export async function readV2Content({ snapshots, log }: Folders): Promise<boolean> {
  const names = await readdir(snapshots).catch(() => [])
  // Term and index, in hexadecimal digits of one width: text order is theirs.
  const newestFirst = names
    .filter((name) => name.endsWith('.snap'))
    .toSorted()
    .toReversed()
  for (const name of newestFirst) {
    const held = holdsContent(await readFile(join(snapshots, name)).catch(() => Buffer.alloc(0)))
    if (held === undefined) continue
    const [, index = '0'] = /-([0-9a-f]+)\.snap$/.exec(name) ?? []
    return held || logsV2Request(log, BigInt(`0x${index}`))
  }
  return logsV2Request(log, 0n)
}

/** Whatever it asked, even how the member is, and even where it was undone since: a member that starts goes through it again. */
async function logsV2Request(log: string, after: bigint): Promise<boolean> {
  for await (const proposal of proposalsAfter(log, after)) if (isV2Request(proposal)) return true
  return false
}

const methods = /^(?:PUT|POST|DELETE|GET|HEAD|QGET|SYNC)$/
/** As members of 3.5 tell of themselves, which 3.6 reads. */
const tellsOfMember = /^\/0\/(?:version|members\/[0-9a-f]{1,16}\/attributes)$/i

export function isV2Request(proposal: Buffer): boolean {
  // Its number comes first; what the API of today proposes begins otherwise.
  if (proposal[0] !== 0x08) return false
  try {
    const request = fieldsOf(proposal)
    const [method, path] = [2, 3].map((field) => bytesIn(request, field).toString('latin1'))
    return methods.test(method ?? '') && !(method === 'PUT' && tellsOfMember.test(path ?? ''))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return false
  }
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
