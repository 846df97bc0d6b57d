// The charm's files and the hook tools on a unit's machine, where its agent puts them.

import { access, copyFile, cp, mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { charmFolder, toolsFolder } from './environment.ts'
import { openRunSocket } from './run-socket.ts'
import { gone, tools } from './server.ts'
import type { HookToRun, Tables, Unit } from './state.ts'

/** The archive's files, when the unit has none yet or the upgrade is about to run; what only the old archive had goes. */
export async function placeCharm(tables: Tables, unit: Unit, hook: HookToRun): Promise<void> {
  const { unpacked } = unit.app.charm
  // One that was refreshed by force counts as one that has seen it, before it has the files.
  const seen = unit.modifiedSeen === unit.app.modified
  const swaps = unit.placed === undefined || hook.name === 'upgrade-charm' || seen
  if (unit.placed === unpacked || !swaps) return
  const target = unit.host.outside(charmFolder(unit))
  if (unit.placed === undefined) {
    await mkdir(target, { recursive: true })
    await placeTools(tables, unit)
    await placeExec(unit)
  } else for (const file of await filesOf(unit.placed)) await rm(join(target, file), { force: true })
  for (const file of await filesOf(unpacked)) {
    const [from, to] = [join(unpacked, file), join(target, file)]
    await mkdir(dirname(to), { recursive: true })
    // Node's binary would fill the memory that a host's root lies in: hosts see the unpacked archive at its own path.
    if (unit.host.small && (await stat(from)).size > 4_000_000) await symlink(from, to)
    else await cp(from, to)
  }
  await writeFile(join(target, '.juju-charm'), `local:${unit.app.charm.name}-${unit.app.charmRevision}\n`)
  unit.placed = unpacked
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

/** Every tool under its own name; what this Juju lacks is no file, so a shell says 127. */
async function placeTools({ profile, version, without }: Tables, unit: Unit): Promise<void> {
  const ofVersion = `/var/lib/juju/tools/${version}-ubuntu-amd64`
  const folder = unit.host.outside(ofVersion)
  await mkdir(folder, { recursive: true })
  await symlink(ofVersion, unit.host.outside(toolsFolder(unit))).catch(() => {})
  await copyFile(join(import.meta.dirname, '../host/jujuc-client'), join(folder, 'jujuc'))
  for (const tool of Object.keys(tools)) {
    if (gone[profile].has(tool) || without.has(tool)) continue
    const there = await access(join(folder, tool)).then(
      () => true,
      () => false,
    )
    if (!there) await symlink('jujuc', join(folder, tool))
  }
}

/** As on any machine of Juju's; but for one whose /usr can't be written. */
async function placeExec(unit: Unit): Promise<void> {
  const { host } = unit
  const program = '/var/lib/juju/tools/juju-exec'
  await copyFile(join(import.meta.dirname, '../host/juju-exec'), host.outside(program))
  await symlink(program, host.outside('/usr/bin/juju-exec')).catch(() => {})
  await openRunSocket(unit)
}
