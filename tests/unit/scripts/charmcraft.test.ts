// charmcraft packs what `make pack` does. charmcraft itself is asked by `make charmcraft`; here its step is run as it would run it.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import * as z from 'zod/mini'
import { bases } from '../../../scripts/archive.ts'
import { readCharm } from '../../emulator/model/charm-archive.ts'

const run = promisify(execFile)
const project = z.object({
  platforms: z.record(z.string(), z.unknown()),
  parts: z.object({ charm: z.object({ 'override-build': z.string() }) }),
})
const arch = process.arch === 'arm64' ? 'arm64' : 'amd64'

/** Each file's digest and whether it may be executed, by its path. */
async function content(folder: string): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = {}
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const digest = createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
    const executable = ((await stat(path)).mode & 0o111) !== 0
    files[path.slice(folder.length + 1)] = `${digest}${executable ? ' executable' : ''}`
  }
  return files
}

test('charmcraft is told each base and architecture that make pack knows', async () => {
  const { platforms } = project.parse(parse(await readFile('charmcraft.yaml', 'utf8')))
  const known = bases.flatMap((base) => ['amd64', 'arm64'].map((name) => `ubuntu@${base}:${name}`))
  assert.deepEqual(Object.keys(platforms).sort(), known.sort())
})

test('what charmcraft’s step installs is what the archive of make pack holds, but for the manifest', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'charmcraft-'))
  try {
    const script = project.parse(parse(await readFile('charmcraft.yaml', 'utf8'))).parts.charm[
      'override-build'
    ]
    const env = {
      ...process.env,
      CRAFT_ARCH_BUILD_FOR: arch,
      CRAFT_PART_INSTALL: join(folder, 'install'),
    }
    await run('mkdir', [env.CRAFT_PART_INSTALL])
    await run('sh', ['-eu', '-c', script], { env })
    const archive = `build/etcd_ubuntu-${bases.join('-')}_${arch}.charm`
    const packed = await readCharm(archive, join(folder, 'unpacked'))
    const { 'manifest.yaml': manifest, ...rest } = await content(packed.unpacked)
    assert.ok(manifest)
    assert.deepEqual(await content(env.CRAFT_PART_INSTALL), rest)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
