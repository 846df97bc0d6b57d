// Installs etcd: the snap, held on its revision, or the binaries of the tarball that the operator attached.

import { BadArchive, installBinaries } from '../../machine/binaries.ts'
import { occupy } from '../../machine/occupant.ts'
import { CommandFailed, CommandMissing, firstWords } from '../../machine/process.ts'
import { NoRoom } from '../../machine/room.ts'
import { holdSnap, installSnap, isSnapHeld, isWithdrawn } from '../../machine/snap.ts'
import { readInstalled, workloadOf } from '../../machine/workload.ts'
import { ToolError } from '../../juju/errors.ts'
import type { Charm } from '../charm.ts'
import type { Observed } from '../observed.ts'
import { Blocked, Waiting } from '../outcome.ts'
import { describeLack } from './fetch.ts'
import { wantedRevision } from '../plan/refresh/release.ts'

/** Where the archive names none. */
const usualChannel = '3.6/stable'

export async function install({ juju }: Charm, observed: Observed, from: 'snap' | 'archive'): Promise<void> {
  try {
    await occupy(workloadOf(from === 'snap' ? 'snap' : 'binaries').paths.state, observed.unit)
    if (from === 'snap') {
      await installPinned(observed)
      // After a reboot snapd may mount what it has installed later than the first hook runs.
      if (await readInstalled(workloadOf('snap'))) return
      throw new Waiting('waiting for snapd to mount the snap charmed-etcd')
    }
    const archive = await juju.resourcePath('etcd')
    if (archive === undefined) throw new Waiting('waiting for the tarball of resource etcd')
    const sha256 = observed.config.inForce['etcd-sha256']
    await installBinaries({ archive, architecture: process.arch, ...(sha256 && { sha256 }) })
  } catch (error) {
    if (error instanceof BadArchive)
      throw new Blocked(error.message.replace('APPLICATION', observed.application), { cause: error })
    if (error instanceof NoRoom) throw new Waiting(explainLack(error), { cause: error })
    if (error instanceof CommandMissing) throw new Blocked(explainMissing(error), { cause: error })
    if (error instanceof ToolError)
      throw new Waiting('waiting for the tarball of resource etcd', { cause: error })
    if (error instanceof CommandFailed) throw new Waiting(explainFailure(error), { cause: error })
    throw error
  }
}

/** The attempt that installed it died before, or somebody let it go. */
export async function holdAgain(): Promise<void> {
  const words = await whyNotHeld()
  if (words !== undefined)
    throw new Blocked(
      `snapd may refresh etcd at any time, and does not hold it (${words}); run snap refresh --hold charmed-etcd on this machine`,
    )
}

async function whyNotHeld(): Promise<string | undefined> {
  try {
    await holdSnap()
    return (await isSnapHeld()) === false ? 'snap list does not say held' : undefined
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error
    return firstWords(error)
  }
}

/** One that the store has withdrawn is replaced by what its channel has: a new unit must begin with something. */
async function installPinned(observed: Observed): Promise<void> {
  const { source } = observed.machine
  const revision = wantedRevision(observed)
  const channel = (source.kind === 'snap' && source.pinned?.channel) || usualChannel
  try {
    await installSnap({ channel, ...(revision !== undefined && { revision }) })
  } catch (error) {
    if (revision === undefined || !isWithdrawn(error)) throw error
    await installSnap({ channel })
  }
}

function explainLack(error: NoRoom): string {
  return `no room for the tarball of etcd (${describeLack(error)}); make room in ${error.folder}; the next update-status tries again`
}

function explainMissing({ command }: CommandMissing): string {
  return command === 'snap'
    ? 'snap is not on this machine; install snapd, or attach a release tarball as resource etcd'
    : `${command} is not on this machine; install it`
}

/** snapd fetches for itself, through the proxy of the whole machine. */
function explainFailure(error: CommandFailed): string {
  const { args, command } = error
  const proxy =
    command === 'snap' ? '; behind a proxy, set the model options snap-http-proxy and snap-https-proxy' : ''
  return `${[command, ...args.slice(0, 2)].join(' ')}: ${firstWords(error)}; the next hook tries again${proxy}`
}
