// Which etcd a revision of the charm pins: the file `workload.yaml` at the top of its archive.

import { join } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod/mini'
import { readTextIfExists } from './file.ts'

export const pinFile = 'workload.yaml'

const schema = z.object({
  etcd: z.string(),
  snap: z.object({ channel: z.string(), revisions: z.record(z.string(), z.string()) }),
})

export interface PinnedWorkload {
  /** etcd's version. */
  readonly version: string
  readonly channel: string
  /** Of the snap, for this machine's architecture; `undefined` where none was tested. */
  readonly revision: string | undefined
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

export function parsePin(text: string, architecture: string): PinnedWorkload {
  // Failsafe: a version like 3.10 is a text, and no number.
  const { etcd, snap } = schema.parse(parse(text, { schema: 'failsafe' }))
  const revision = snap.revisions[architectures[architecture] ?? architecture]
  return { version: etcd, channel: snap.channel, revision }
}

/** `undefined` for an archive without one. */
export async function readPin(charmDir: string): Promise<PinnedWorkload | undefined> {
  const text = await readTextIfExists(join(charmDir, pinFile))
  return text === undefined ? undefined : parsePin(text, process.arch)
}
