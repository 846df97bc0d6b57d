// How an operator brings back what units ran before a refresh: by whatever decides which etcd they run.

import type { Observed } from '../../observed.ts'
import { wantedRelease } from './release.ts'

/** What is to run again, as far as it is known. */
interface Before {
  readonly release: string | undefined
  readonly version: string | undefined
  /** The revision of the charm that wanted it, as Juju counts. */
  readonly charm: string | undefined
}

/** Juju takes a local charm and a resource back by their files alone, and only the operator knows where those are. */
export function wayBack(observed: Observed, { release, version, charm }: Before): string {
  const { application, config, machine } = observed
  if (machine.workload?.kind === 'binaries')
    return `juju attach-resource ${application} etcd=FILE (FILE: the tarball of etcd ${version ?? 'before'})`
  const [, revision] = /^snap (.+)$/.exec(release ?? '') ?? []
  // The same code wanted another revision: by the option, or by none since.
  const wasOption = charm === machine.charmRevision && release !== wantedRelease(observed)
  if (revision !== undefined && (config.inForce['etcd-snap-revision'] > 0 || wasOption)) {
    const pinned = machine.source.kind === 'snap' ? machine.source.pinned?.revision : undefined
    return `juju config ${application} etcd-snap-revision=${revision === pinned ? 0 : revision}`
  }
  if (charm === undefined) return 'refresh to what was before'
  return machine.charmIsLocal
    ? `juju refresh ${application} --path FILE (FILE: the charm of revision ${charm})`
    : `juju refresh ${application} --revision ${charm}`
}
