// Storage on units' machines: made, or taken up again where another unit left it, and put in its place by Juju's agent.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { insist } from '../host/host.ts'
import { nextNumber, type Tables, type Unit } from './state.ts'

interface Mount {
  readonly unit: Unit
  /** mount's arguments but for the location. */
  readonly how: readonly string[]
  readonly location: string
}

/** `root` holds all storage that is not in memory. */
export function openStorage(root: string) {
  const mounts: Mount[] = []
  return {
    /** `given` are ids that the operator wants attached. */
    async attach(tables: Tables, unit: Unit, name: string, given: readonly string[]): Promise<void> {
      const declared = unit.app.charm.storage.find((row) => row.name === name)
      const kept = given.find((row) => row.startsWith(`${name}/`))
      if (kept !== undefined) assertDetached(tables, kept)
      const id = kept ?? `${name}/${nextNumber(tables, 'storage')}`
      const folder = join(root, tables.uuid, id)
      await mkdir(folder, { recursive: true })
      const size = unit.app.memoryStorage.get(name)
      const how = size ? ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs'] : ['--bind', folder]
      const mount = { unit, how, location: declared?.location ?? '' }
      mounts.push(mount)
      await putInPlace(mount)
      unit.storage.set(id, false)
    },
    /** After a reboot, when the machine has forgotten it. */
    async attachAgain(unit: Unit): Promise<void> {
      for (const mount of mounts) if (mount.unit === unit) await putInPlace(mount)
    },
  }
}

async function putInPlace({ unit: { host }, how, location }: Mount): Promise<void> {
  const script = 'for location; do :; done; mkdir -p "$location"; mountpoint -q "$location" || mount "$@"'
  await insist(host.name, host.spawn, ['sh', '-ec', script, 'sh', ...how, location])
}

function assertDetached(tables: Tables, storage: string): void {
  for (const app of tables.applications.values())
    for (const unit of app.units)
      if (unit.storage.has(storage)) throw new Error(`storage ${storage} is attached to ${unit.name}`)
}
