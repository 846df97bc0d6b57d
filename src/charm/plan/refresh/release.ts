// Which release of etcd a unit has, in one word: the tarball's SHA-256, or the snap's revision. Units compare these.

import type { Observed, WorkloadSeen } from '../../observed.ts'

type Named = Pick<WorkloadSeen, 'archive' | 'revision'>

/** Empty for one that a version of the charm installed which noted none. */
export function releaseOf({ archive, revision }: { [Key in keyof Named]?: Named[Key] }): string {
  return archive ?? (revision === undefined ? '' : snapRelease(revision))
}

export function snapRelease(revision: string): string {
  return `snap ${revision}`
}

export function isSnap(release: string): boolean {
  return release.startsWith('snap ')
}

/** In words, for messages: `revision 181 of the snap`, or `the tarball 4f2a90c1`. */
export function describeRelease(release: string): string {
  const [, revision] = /^snap (.+)$/.exec(release) ?? []
  return revision === undefined
    ? `the tarball ${release.slice(0, 8)}`
    : `revision ${revision} of the snap charmed-etcd`
}

/** Of the snap: what the operator asks for, or else what the charm was tested with. */
export function wantedRevision({ config, machine }: Observed): string | undefined {
  const asked = config.inForce['etcd-snap-revision']
  if (machine.source.kind !== 'snap') return undefined
  return asked > 0 ? String(asked) : machine.source.pinned?.revision
}

/**
 * What the units of the application are to run; `undefined` where nothing is pinned. In a hook that did not ask Juju for the tarball it is
 * what it was.
 */
export function wantedRelease(observed: Observed): string | undefined {
  const { machine, peers, unit } = observed
  const { source } = machine
  if (source.kind === 'archive') return source.digest
  const revision = wantedRevision(observed)
  if (revision !== undefined) return snapRelease(revision)
  return source.kind === 'unread' ? peers?.units.get(unit)?.databag.refresh?.wants : undefined
}
