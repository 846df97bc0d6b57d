// Secret content on its way to Juju: files that only root can read, gone when the tool has returned. The agent opens them
// itself, from another working directory, so their paths are absolute.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/** Gives the use `key#file=/absolute/path` for each key. */
export async function withContentFiles<Result>(
  folder: string,
  content: Readonly<Record<string, string>>,
  use: (args: readonly string[]) => Promise<Result>,
): Promise<Result> {
  // mkdtemp makes the folder 0700.
  const own = await mkdtemp(join(resolve(folder), '.secret-'))
  try {
    const args: string[] = []
    for (const [key, value] of Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1))) {
      const path = join(own, key)
      await writeFile(path, value, { mode: 0o600 })
      args.push(`${key}#file=${path}`)
    }
    return await use(args)
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}
