// The database of a member that stands still, as it lies on the disk: the last that is left where no member answers. It bears no hash of
// etcd's, and what only the log has is missing in it, so the backup is marked as raw.

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { EtcdUnavailable } from '../../etcd/errors.ts'
import type { SnapshotChunk } from '../../etcd/snapshot.ts'
import { unlessAbsent } from '../../machine/file.ts'
import { readService } from '../../machine/service.ts'
import { findWorkload, readInstalled, type Workload } from '../../machine/workload.ts'
import { databasePath } from '../layout.ts'
import type { Source } from './work.ts'

export async function openDatabase(unit: string): Promise<Source> {
  const workload = await findWorkload()
  const path = databasePath(workload)
  const found = await unlessAbsent(stat(path))
  if (!found || (await runs(workload)))
    throw new EtcdUnavailable('no member answers, and none stands still here', told)
  const installed = await readInstalled(workload)
  return {
    facts: { etcdVersion: installed?.version ?? 'unknown', takenFrom: unit, raw: true },
    chunks: readWhole(workload, path, found.size, found.mtimeMs),
    async [Symbol.asyncDispose]() {},
  }
}

const told = { call: 'snapshot', endpoint: 'any' } as const

async function runs({ service }: Workload): Promise<boolean> {
  return (await readService(service)).kind === 'active'
}

/** A member that started meanwhile writes while it is read, and what came is torn. */
async function* readWhole(
  workload: Workload,
  path: string,
  size: number,
  mtime: number,
): AsyncGenerator<SnapshotChunk> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }))
    yield { bytes: Buffer.from(chunk), total: size }
  const after = await stat(path)
  if (after.mtimeMs !== mtime || after.size !== size || (await runs(workload)))
    throw new EtcdUnavailable('etcd was started while its database was read; take it from the member', told)
}
