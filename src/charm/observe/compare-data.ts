// Whether all members have the same data: the hash of all keys up to one revision, which every one of them has, asked of each.

import { setTimeout as sleep } from 'node:timers/promises'
import { EtcdFailure } from '../../etcd/errors.ts'
import { hashOfData } from '../../etcd/maintenance.ts'
import type { DataVerdict, MemberSeen, Observed } from '../observed.ts'
import { answeringFirst, openAdmin } from '../open-admin.ts'
import { membersOf } from '../plan/cluster/members.ts'
import { readMembers } from './members.ts'

/** A member reads its whole database for it. */
const patienceMs = 90_000

export interface Comparison {
  readonly revision: string
  readonly rows: readonly HashRow[]
  readonly verdict: DataVerdict
}

export interface HashRow {
  readonly name: string
  readonly hash: number | undefined
  readonly compactRevision: string | undefined
  /** Why it has none. */
  readonly why: string
}

/** Between two of them a member may have compacted, or be about to, which is no difference. */
const tries = 3

export async function compareData(observed: Observed): Promise<Comparison> {
  for (let left = tries; ; left -= 1) {
    const comparison = await compareOnce(await membersNow(observed))
    if (comparison.verdict === 'same' || left === 1) return comparison
    await sleep(2000)
  }
}

/** Of this hook: its process runs no other. */
let differed: DataVerdict | undefined

/** In a hook, while etcd takes no writes: members that differ, or do not all answer, are compared once. */
export async function compareInHook(members: readonly MemberSeen[]): Promise<DataVerdict> {
  if (members.some(({ responds }) => !responds)) return 'incomplete'
  if (differed !== undefined) return differed
  const { verdict } = await compareOnce(members)
  if (verdict !== 'same') differed = verdict
  return verdict
}

/** What they have now, which is more than when the action began. */
async function membersNow(observed: Observed): Promise<readonly MemberSeen[]> {
  const client = await openAdmin({ endpoints: answeringFirst(observed) })
  if (!client) return []
  await using _closed = client
  try {
    return await readMembers(client)
  } catch (error) {
    if (error instanceof EtcdFailure) return membersOf(observed) ?? []
    throw error
  }
}

async function compareOnce(members: readonly MemberSeen[]): Promise<Comparison> {
  const revisions = members.flatMap(({ responds, status }) => (responds && status ? [status.revision] : []))
  const [least = 0n] = revisions.toSorted((a, b) => Number(a - b))
  const revision = String(least)
  const rows = await Promise.all(members.map((member) => hashOf(member, revision)))
  return { revision, rows, verdict: judge(rows) }
}

export function judge(rows: readonly HashRow[]): DataVerdict {
  const found = rows.filter(({ hash }) => hash !== undefined)
  const bases = new Set(found.map(({ compactRevision }) => compactRevision))
  // Where the history begins elsewhere, other hashes mean nothing.
  if (bases.size <= 1 && new Set(found.map(({ hash }) => hash)).size > 1) return 'different'
  return found.length === rows.length && found.length > 0 && bases.size === 1 ? 'same' : 'incomplete'
}

async function hashOf({ clientUrls, name, responds }: MemberSeen, revision: string): Promise<HashRow> {
  const [endpoint] = clientUrls
  const unknown = { name: name || 'not started yet', hash: undefined, compactRevision: undefined }
  if (endpoint === undefined || !responds) return { ...unknown, why: 'does not answer' }
  const client = await openAdmin({ endpoints: [endpoint], deadlineMs: patienceMs })
  if (!client) return { ...unknown, why: 'this unit has no admin certificate yet' }
  await using _closed = client
  try {
    return { name, ...(await hashOfData(client, endpoint, revision)), why: '' }
  } catch (error) {
    if (error instanceof EtcdFailure) return { ...unknown, why: error.what }
    throw error
  }
}
