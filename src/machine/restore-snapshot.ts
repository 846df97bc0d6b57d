// etcd's own restore: of a snapshot, or of a copy of a database, it makes the data of a new cluster with one member.

import { run } from './process.ts'
import type { Workload } from './workload.ts'

export interface NewMember {
  readonly name: string
  readonly peerUrl: string
  /** Of the new cluster: no member of another one ever talks to it. */
  readonly token: string
}

export interface RestoreOptions extends NewMember {
  readonly snapshot: string
  /** Must not be there yet. */
  readonly dataDir: string
  /** It is no snapshot, and bears no hash. */
  readonly raw?: boolean
  /** By so much revisions are raised; whoever watches begins anew. */
  readonly bump?: bigint
}

/** A database of gigabytes is copied. */
const copiesWithin = 3_600_000

export async function restoreSnapshot({ paths }: Workload, options: RestoreOptions): Promise<void> {
  const { snapshot, dataDir, name, peerUrl, token, raw = false } = options
  const args = [
    'snapshot',
    'restore',
    ...(raw ? ['--skip-hash-check'] : []),
    `--name=${name}`,
    `--initial-cluster=${name}=${peerUrl}`,
    `--initial-cluster-token=${token}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    ...(await raising(paths.etcdutl, options.bump ?? 0n)),
    `--data-dir=${dataDir}`,
    snapshot,
  ]
  await run(paths.etcdutl, args, { timeoutMs: copiesWithin })
}

/** Not every 3.5 can. */
async function raising(etcdutl: string, bump: bigint): Promise<readonly string[]> {
  if (bump === 0n) return []
  const help = await run(etcdutl, ['snapshot', 'restore', '--help'])
  return help.includes('--bump-revision') ? [`--bump-revision=${bump}`, '--mark-compacted'] : []
}
