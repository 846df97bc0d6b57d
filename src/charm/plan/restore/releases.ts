// Which releases the units run: a cluster that is founded on the later line takes no member of the earlier one.

import type { Observed } from '../../observed.ts'

/** `undefined` where all of those that come along run the same. */
export function describeReleases(
  { peers, machine, unit }: Observed,
  without: readonly string[],
): string | undefined {
  const runs = [...(peers?.units ?? [])].flatMap(([name, { databag }]) => {
    const version = name === unit ? machine.workload?.version : databag.version
    return version === undefined || without.includes(name) ? [] : [{ name, version }]
  })
  const versions = [...new Set(runs.map(({ version }) => version))].sort()
  if (versions.length < 2) return undefined
  return versions
    .map((one) => {
      const names = runs.filter(({ version }) => version === one).map(({ name }) => name)
      return `${names.sort().join(', ')} ${names.length === 1 ? 'runs' : 'run'} etcd ${one}`
    })
    .join('; ')
}
