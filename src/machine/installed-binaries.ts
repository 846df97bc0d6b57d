// Which release is in force where etcd was installed from a tarball: the one that the link `current` shows.

import { join } from 'node:path'
import * as z from 'zod/mini'
import { readTextIfExists } from './file.ts'

/** One folder below this for each release, named after its version and the first digits of its digest. */
export const releases = '/opt/etcd'
export const programs = ['etcd', 'etcdctl', 'etcdutl'] as const

const schema = z.object({ version: z.string(), digest: z.string() })
/** `digest` is the tarball's SHA-256. */
export type Release = Readonly<z.infer<typeof schema>>

/** Written into a release's folder when all else is in it: a folder without it is not one. */
const recordName = 'release.json'

export function releasePath(folder: string, { version, digest }: Release): string {
  return join(folder, `${version}-${digest.slice(0, 8)}`)
}

export async function readInstalledBinaries(folder = releases): Promise<Release | undefined> {
  const text = await readTextIfExists(join(folder, 'current', recordName))
  return text === undefined ? undefined : schema.parse(JSON.parse(text))
}

export function recordOf(
  path: string,
  release: Release,
): { readonly path: string; readonly content: string } {
  return { path: join(path, recordName), content: `${JSON.stringify(release)}\n` }
}
