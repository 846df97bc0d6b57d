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
      // On a machine that mounts nothing, Juju takes the folder itself for the storage.
      if (!unit.app.plainStorage.has(name)) {
        mounts.push(mount)
        await putInPlace(mount)
      }
      unit.storage.set(id, false)
    },
    /** After a reboot, when the machine has forgotten it. */
    async attachAgain(unit: Unit): Promise<void> {
      for (const mount of mounts) if (mount.unit === unit) await putInPlace(mount)
    },
    /** Its folder is there without it, as it is when a machine has come up and Juju has mounted nothing yet. */
    async takeAway(unit: Unit): Promise<void> {
      const script = 'for location; do mountpoint -q "$location" && umount -l "$location"; done'
      const locations = mounts.flatMap((mount) => (mount.unit === unit ? [mount.location] : []))
      await insist(unit.host.name, unit.host.spawn, ['sh', '-ec', script, 'sh', ...locations])
    },
    /** Another disk in its place, as an empty file system: what is mounted next is that. */
    async exchange(tables: Tables, unit: Unit): Promise<void> {
      for (const [nth, mount] of mounts.entries()) {
        if (mount.unit !== unit) continue
        const folder = join(root, tables.uuid, `exchanged-${nextNumber(tables, 'disk')}`)
        await mkdir(join(folder, 'lost+found'), { recursive: true })
        mounts[nth] = { ...mount, how: ['--bind', folder] }
      }
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
