// The files that tell the machine how to treat etcd's service: for binaries the unit itself, for the snap a drop-in to its unit, and
// for both that needrestart leaves it alone. They are of this charm's version, so a refresh may change them.

import { dirname } from 'node:path'
import { makeDirectory, readTextIfExists, removeFile, writeFileAtomic } from './file.ts'
import { reloadServices } from './service.ts'
import {
  afterMount,
  checkMount,
  lastToBeKilled,
  printUnitFile,
  startsAgain,
  unsetProxies,
} from './unit-file.ts'
import type { Workload } from './workload.ts'

const usual = '/etc'

export interface Definition {
  readonly path: string
  readonly content: string
  /** The next start of etcd is as this says. */
  readonly ofStart: boolean
}

/** Whether what the next start of etcd is like is meant, too. */
export interface Extent {
  readonly start?: boolean
}

export function definitionsOf(workload: Workload, etc = usual): readonly Definition[] {
  const unit = `${etc}/systemd/system/${workload.service}`
  return [
    workload.kind === 'binaries'
      ? { path: unit, content: printUnitFile(workload), ofStart: true }
      : { path: `${unit}.d/etcd-charm.conf`, content: printDropIn(workload), ofStart: true },
    { path: `${etc}/needrestart/conf.d/etcd-charm.conf`, content: printException(workload), ofStart: false },
  ]
}

function printDropIn(workload: Workload): string {
  return `# Written by the etcd charm.
[Unit]
${afterMount(workload)}

[Service]
${checkMount(workload)}
${startsAgain}
${lastToBeKilled}
${unsetProxies}
`
}

/**
 * Upgrades of libraries may restart what uses them: unattended, on all machines within the same minutes, and without the turns
 * that members take. The charm restarts etcd when that is safe.
 */
function printException({ service }: Workload): string {
  return `# Written by the etcd charm, which restarts etcd itself: one member after the other.
$nrconf{override_rc}{qr(^${service.replaceAll('.', '\\.')}$)} = 0;
`
}

export async function isServiceDefined(
  workload: Workload,
  etc = usual,
  extent: Extent = {},
): Promise<boolean> {
  for (const { path, content } of meant(workload, etc, extent))
    if ((await readTextIfExists(path)) !== content) return false
  return true
}

/** Leaves etcd as it runs: what has changed is in force from its next start on. */
export async function defineService(workload: Workload, etc = usual, extent: Extent = {}): Promise<void> {
  for (const { path, content } of meant(workload, etc, extent)) {
    await makeDirectory(dirname(path), { mode: 0o755 })
    await writeFileAtomic(path, content, { mode: 0o644 })
  }
  // Also where the files were right: the last attempt may have died before this.
  if (extent.start !== false) await reloadServices()
}

function meant(workload: Workload, etc: string, { start = true }: Extent): readonly Definition[] {
  return definitionsOf(workload, etc).filter(({ ofStart }) => start || !ofStart)
}

export async function removeDefinitions(workload: Workload, etc = usual): Promise<void> {
  for (const { path } of definitionsOf(workload, etc)) await removeFile(path)
  await reloadServices()
}
