// Which release is in force where etcd was installed from a tarball, and which lies beside it: a link shows each.

import { join } from 'node:path'
import * as z from 'zod/mini'
import { parseJsonText } from '../parse-json.ts'
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

/** `next` is prepared to take the place of `current`, at etcd's next restart; `previous` had that place before. */
export type ReleaseLink = 'current' | 'next' | 'previous'

export function etcdctlOf(link: ReleaseLink, folder = releases): string {
  return join(folder, link, 'etcdctl')
}

export async function readInstalledBinaries(
  folder = releases,
  link: ReleaseLink = 'current',
): Promise<Release | undefined> {
  return parseJsonText(schema, await readTextIfExists(join(folder, link, recordName)))
}

export function recordOf(
  path: string,
  release: Release,
): { readonly path: string; readonly content: string } {
  return { path: join(path, recordName), content: `${JSON.stringify(release)}\n` }
}
