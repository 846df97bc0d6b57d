// Secrets that this application owns, as Juju holds them. To tell what one holds takes a controller longest, and a revision never changes: so
// each is read once, and known by its digests from then on.

import * as z from 'zod/mini'
import { digest } from '../../interfaces/digest.ts'
import { parseJsonText } from '../../interfaces/json-text.ts'
import { losesRevisions, type SecretInfo, type SecretUri, unlessRefused } from '../../juju/index.ts'
import { makeDirectory, readTextIfExists, writeFileAtomic } from '../../machine/file.ts'
import { workloadPaths } from '../../machine/workload.ts'
import type { Charm } from '../charm.ts'

export interface OwnSecret extends SecretInfo {
  /** Of the latest revision, the digest of each key's value; `undefined` where that can't be read. */
  readonly digests: Readonly<Record<string, string>> | undefined
}

const recordSchema = z.object({
  uri: z.string(),
  revision: z.number(),
  digests: z.record(z.string(), z.string()),
})

interface Place {
  readonly folder: string
  readonly file: string
}

/** `undefined` where there is none of that label. */
export async function lookAtOwn(charm: Charm, label: string): Promise<OwnSecret | undefined> {
  const { context, juju } = charm
  const info = await juju.secretInfo({ label })
  if (!info) return undefined
  const { uri, revision } = info
  // Where Juju may have lost it, only Juju knows.
  const record = losesRevisions(context.jujuVersion) ? undefined : recordOf(label)
  const known = record && parseJsonText(recordSchema, await readTextIfExists(record.file))
  if (known?.uri === uri && known.revision === revision) return { ...info, digests: known.digests }
  const digests = await readDigests(charm, uri)
  // Of a disk that is full others tell; what is not noted is read again.
  if (record && digests) await note(record, { uri, revision, digests }).catch(() => undefined)
  return { ...info, digests }
}

async function note({ folder, file }: Place, record: z.infer<typeof recordSchema>): Promise<void> {
  await makeDirectory(folder, { mode: 0o700 })
  await writeFileAtomic(file, JSON.stringify(record), { mode: 0o600 })
}

/** Of an owner's own secret even a refusal means that it is to be written anew. */
async function readDigests({ juju }: Charm, uri: SecretUri): Promise<OwnSecret['digests']> {
  const content = await unlessRefused(juju.readSecret({ uri }, { peek: true }))
  return content && Object.fromEntries(Object.entries(content).map(([key, value]) => [key, digest(value)]))
}

/** Labels come and go with relations, the records are 4096 at most: of two that share one, either is read anew. */
function recordOf(label: string): Place {
  const folder = `${workloadPaths('snap').state}/own-secrets`
  return { folder, file: `${folder}/${digest(label).slice(0, 3)}.json` }
}
