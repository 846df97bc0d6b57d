// Installs etcd: the snap, held on its revision, or the binaries of the tarball that the operator attached.

import { BadArchive, installBinaries } from '../../machine/binaries.ts'
import { CommandFailed } from '../../machine/process.ts'
import { installSnap } from '../../machine/snap.ts'
import type { Charm } from '../charm.ts'
import type { Observed } from '../observed.ts'
import { Blocked, Waiting } from '../outcome.ts'

const channel = '3.6/stable'

export async function install({ juju }: Charm, observed: Observed, from: 'snap' | 'archive'): Promise<void> {
  try {
    if (from === 'snap') return await installSnap({ channel })
    const archive = await juju.resourcePath('etcd')
    if (archive === undefined) throw new Waiting('waiting for the tarball of resource etcd')
    const sha256 = observed.config.inForce['etcd-sha256']
    await installBinaries({ archive, architecture: process.arch, ...(sha256 && { sha256 }) })
  } catch (error) {
    if (error instanceof BadArchive) throw new Blocked(error.message, { cause: error })
    if (error instanceof CommandFailed) {
      throw new Waiting(`etcd can't be installed: ${error.message}; the next hook tries again`, {
        cause: error,
      })
    }
    throw error
  }
}
