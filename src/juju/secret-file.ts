// Secret content on its way to Juju: files that only root can read, gone when the tool has returned. The agent opens them
// itself, from another working directory, so their paths are absolute.

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { namingPath } from './naming-path.ts'

const prefix = '.secret-'

/** Gives the use `key#file=/absolute/path` for each key. */
export async function withContentFiles<Result>(
  folder: string,
  content: Readonly<Record<string, string>>,
  use: (args: readonly string[]) => Promise<Result>,
): Promise<Result> {
  await removeLeftovers(folder)
  // mkdtemp makes the folder 0700.
  const own = await mkdtemp(join(resolve(folder), `${prefix}${process.pid}-`))
  try {
    const args: string[] = []
    for (const [key, value] of Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1))) {
      const path = join(own, key)
      await namingPath(path, writeFile(path, value, { mode: 0o600 }))
      args.push(`${key}#file=${path}`)
    }
    return await use(args)
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}

/** Of a hook that was killed: a unit runs one hook at a time, so whoever made them is gone. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (name.startsWith(prefix) && !name.startsWith(`${prefix}${process.pid}-`))
      await rm(join(folder, name), { recursive: true, force: true })
}
