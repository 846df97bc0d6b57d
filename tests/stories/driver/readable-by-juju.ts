// The `juju` of the snap store sees the home folder without its hidden folders, and /tmp of its own: what lies elsewhere is put
// where it can read it.

import { existsSync } from 'node:fs'
import { copyFile, mkdir, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, join, relative, resolve } from 'node:path'

const copies = (home: string): string => join(home, 'snap/juju/common/etcd-stories')

export async function forgetCopies(home = homedir()): Promise<void> {
  await rm(copies(home), { recursive: true, force: true })
}

/** A path that juju can read; the same one if it can already. */
export async function readableByJuju(
  path: string,
  home = homedir(),
  confined = existsSync('/snap/juju/current'),
): Promise<string> {
  const absolute = resolve(path)
  const parts = relative(home, absolute).split('/')
  if (!confined || !parts.some((part) => part.startsWith('.'))) return absolute
  const folder = copies(home)
  await mkdir(folder, { recursive: true })
  const copy = join(folder, basename(absolute))
  await copyFile(absolute, copy)
  return copy
}
