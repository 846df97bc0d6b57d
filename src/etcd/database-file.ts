// What etcd's database file says without an etcd that runs on it: of which release it is, and who its users are. It is a tree of pages
// (bbolt's); only the few that are asked for are read, so a file of gigabytes takes no longer.

import { type FileHandle, open } from 'node:fs/promises'
import { booleanIn, bytesIn, fieldsOf, textsIn } from './protobuf.ts'

export interface DatabaseFacts {
  /** Of the release whose etcd wrote it, like `3.6.0`; etcd before 3.6 notes the version of its cluster alone. */
  readonly version: string | undefined
  readonly authentication: boolean
  /** By name, sorted. */
  readonly users: readonly UserInFile[]
}

export interface UserInFile {
  readonly name: string
  /** Whoever knows it is this user, whatever the certificate says. */
  readonly password: boolean
  readonly roles: readonly string[]
}

/** `undefined` where it is no such file, or one that is damaged. */
export async function readDatabase(path: string): Promise<DatabaseFacts | undefined> {
  await using file = await open(path, 'r')
  try {
    const buckets = await openBuckets(file)
    if (!buckets) return undefined
    const [meta, cluster, auth, users] = await Promise.all(
      ['meta', 'cluster', 'auth', 'authUsers'].map((name) => buckets(name)),
    )
    const version = meta?.get('storageVersion') ?? cluster?.get('clusterVersion')
    return {
      version: version?.toString('utf8'),
      authentication: auth?.get('authEnabled')?.[0] === 1,
      users: [...(users?.values() ?? [])].map(readUser).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function readUser(bytes: Buffer): UserInFile {
  const fields = fieldsOf(bytes)
  const password = bytesIn(fields, 2).length > 0 && !booleanIn(fieldsOf(bytesIn(fields, 4)), 1)
  return { name: bytesIn(fields, 1).toString('utf8'), password, roles: textsIn(bytes, 3) }
}

/** It is shorter than its pages: something has cut it off, since it grows before they are written. */
export async function isCutOff(path: string): Promise<boolean> {
  await using file = await open(path, 'r')
  const { size } = await file.stat()
  // An empty one is begun anew.
  if (size === 0) return false
  try {
    const meta = await readMeta(file)
    return meta !== undefined && meta.pages * BigInt(meta.pageSize) > BigInt(size)
  } catch (error) {
    if (error instanceof RangeError) return true
    throw error
  }
}

type Rows = ReadonlyMap<string, Buffer>

const headerSize = 16
const elementSize = 16
const magic = 0xed0cdaed
const flags = { branch: 0x01, leaf: 0x02 } as const
/** Of users and versions there are few; a tree that goes on for ever is damaged. */
const mostPages = 20_000

async function openBuckets(file: FileHandle): Promise<((name: string) => Promise<Rows>) | undefined> {
  const found = await readMeta(file)
  if (!found) return undefined
  const { root, pageSize } = found
  const top = await readRows({ file, pageSize }, root)
  return async (name) => {
    const bucket = top.get(name)
    if (!bucket) return new Map()
    const inner = bucket.readBigUInt64LE(0)
    if (inner !== 0n) return readRows({ file, pageSize }, inner)
    // A small one lies within its parent's page, behind its header.
    return rowsIn(bucket.subarray(headerSize))
  }
}

interface Meta {
  readonly pageSize: number
  readonly root: bigint
  /** That there are, used or free. */
  readonly pages: bigint
  readonly transaction: bigint
}

/** The later of the two that are written by turns. */
async function readMeta(file: FileHandle): Promise<Meta | undefined> {
  const first = parseMeta(await readAt(file, 0, 80))
  const second = parseMeta(await readAt(file, first?.pageSize ?? 4096, 80))
  const metas = [first, second].flatMap((meta) => meta ?? [])
  return metas.toSorted((a, b) => (a.transaction < b.transaction ? 1 : -1))[0]
}

function parseMeta(page: Buffer): Meta | undefined {
  const meta = page.subarray(headerSize)
  if (meta.length < 64 || meta.readUInt32LE(0) !== magic || meta.readUInt32LE(4) !== 2) return undefined
  if (meta.readBigUInt64LE(56) !== sumOf(meta.subarray(0, 56))) return undefined
  return {
    pageSize: meta.readUInt32LE(8),
    root: meta.readBigUInt64LE(16),
    pages: meta.readBigUInt64LE(40),
    transaction: meta.readBigUInt64LE(48),
  }
}

/** FNV-1a of 64 bits. */
function sumOf(bytes: Buffer): bigint {
  return bytes.reduce(
    (sum, byte) => BigInt.asUintN(64, (sum ^ BigInt(byte)) * 0x100000001b3n),
    0xcbf29ce484222325n,
  )
}

interface Pages {
  readonly file: FileHandle
  readonly pageSize: number
}

async function readRows(pages: Pages, root: bigint): Promise<Rows> {
  const rows = new Map<string, Buffer>()
  const ahead = [root]
  for (let read = 0; ahead.length > 0; read += 1) {
    if (read > mostPages) throw new RangeError('the tree of pages has no end')
    const page = await readPage(pages, ahead.pop() ?? 0n)
    if (page.readUInt16LE(8) & flags.branch) ahead.push(...childrenOf(page))
    else for (const [key, value] of rowsIn(page)) rows.set(key, value)
  }
  return rows
}

function childrenOf(page: Buffer): readonly bigint[] {
  return Array.from({ length: page.readUInt16LE(10) }, (_, nth) =>
    page.readBigUInt64LE(headerSize + nth * elementSize + 8),
  )
}

function rowsIn(page: Buffer): Rows {
  if (!(page.readUInt16LE(8) & flags.leaf)) throw new RangeError('a page is of another kind')
  const rows = new Map<string, Buffer>()
  for (let nth = 0; nth < page.readUInt16LE(10); nth += 1) {
    const at = headerSize + nth * elementSize
    const key = at + page.readUInt32LE(at + 4)
    const value = key + page.readUInt32LE(at + 8)
    const end = value + page.readUInt32LE(at + 12)
    if (end > page.length) throw new RangeError('a row ends beyond its page')
    rows.set(page.toString('utf8', key, value), page.subarray(value, end))
  }
  return rows
}

/** With the pages that it goes on in. */
async function readPage({ file, pageSize }: Pages, id: bigint): Promise<Buffer> {
  const at = Number(id) * pageSize
  const first = await readAt(file, at, pageSize)
  const more = first.length < headerSize ? 0 : first.readUInt32LE(12)
  return more === 0 ? first : readAt(file, at, (more + 1) * pageSize)
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { size } = await file.stat()
  if (position + length > size) throw new RangeError('the file ends before its pages do')
  const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(length), position })
  return buffer.subarray(0, bytesRead)
}
