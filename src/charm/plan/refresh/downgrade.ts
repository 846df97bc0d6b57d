// etcd's own downgrade job, when it can't go on: a unit could not run with the release of the earlier line. As long as it is enabled, no
// member uses what the later line is for.

import type { Observed } from '../../observed.ts'
import type { Step } from '../../step.ts'
import { membersOf } from '../cluster/members.ts'
import { whoRefused } from '../workload/next-start.ts'
import { wantedRelease } from './release.ts'
import { minorOf } from './versions.ts'

export function planDowngradeEnd(observed: Observed): readonly Step[] {
  const { etcd, leader } = observed
  const wanted = wantedRelease(observed)
  const members = membersOf(observed) ?? []
  if (!leader || etcd.kind !== 'up' || !etcd.here || etcd.clusterVersion === undefined || !wanted) return []
  const cluster = minorOf(etcd.clusterVersion)
  // Where one runs the earlier line, that is what all of them have agreed on, and there is no job.
  const enabled =
    members.length > 0 && members.every(({ status }) => status && minorOf(status.version) > cluster)
  const who = enabled ? whoRefused(observed, 'release', wanted) : undefined
  if (who === undefined) return []
  return [{ kind: 'downgrade/cancel', why: `${who} could not run with the release of the earlier line` }]
}
