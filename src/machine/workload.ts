// etcd as it is installed here: the snap, or binaries from a release tarball. Whoever runs it needs to know no more than this.

import { readInstalledBinaries } from './installed-binaries.ts'
import { readInstalledSnap } from './snap.ts'
import { type Workload, workloadOf } from './workload-paths.ts'

export {
  type Workload,
  type WorkloadKind,
  type WorkloadPaths,
  workloadOf,
  workloadPaths,
} from './workload-paths.ts'

export interface Installed {
  /** etcd's version, like 3.5.30. */
  readonly version: string
  /** The snap's. */
  readonly revision?: string
  /** SHA-256 of the tarball that the binaries came from. */
  readonly digest?: string
}

/** `undefined` where it is not installed. Reads a few small files and runs nothing, since every hook asks. */
export function readInstalled(workload: Workload): Promise<Installed | undefined> {
  return workload.kind === 'snap' ? readInstalledSnap() : readInstalledBinaries()
}

/** The workload on this machine; where none is installed yet, the one that would be. */
export async function findWorkload(): Promise<Workload> {
  const binaries = workloadOf('binaries')
  return (await readInstalled(binaries)) ? binaries : workloadOf('snap')
}
