// What must be well before the first unit is refreshed. Short texts: `juju status` has room for no more.

import type { Observed } from '../../observed.ts'
import { membersOf, votersOf } from '../cluster/members.ts'
import { planQuota, shareOf } from '../workload/quota.ts'

/** Above this, a database may be full before the refresh is through. */
const mostOfQuota = 0.8

const day = 24 * 60 * 60 * 1000

/** From one line to the next there is no way back but a backup; where no store is related, nobody promised one. */
function lacksBackup({ now, peers }: Observed): boolean {
  const told = [...(peers?.units.values() ?? [])].flatMap(({ databag }) => databag.refresh?.backup ?? [])
  return told.length > 0 && now - Math.max(...told) > day
}

/** What is not well, in 64 characters at most; `undefined` where all is. */
export function failedCheck(observed: Observed, minor = false): string | undefined {
  const { etcd, peers } = observed
  const members = membersOf(observed)
  if (!members || etcd.kind !== 'up') return "the members can't be asked now"
  const away = members.filter(({ responds }) => !responds)
  if (away.length > 0) return `${away.map(({ name }) => name || 'a member').join(', ')} does not answer`
  if (members.some(({ learner }) => learner)) return 'a learner has not caught up yet'
  if (!votersOf(members).some(({ leads }) => leads)) return 'the members have no raft leader'
  if ((etcd.alarms ?? []).length > 0) return 'an alarm is raised; see the action health'
  if (!peers?.application.founding?.born) return 'the cluster is being founded anew'
  if (minor && lacksBackup(observed)) return 'no backup is younger than a day; run create-backup'
  if (peers.application.rotation) return 'the authorities are being replaced'
  const quota = planQuota(observed).bytes
  const full = members.find(({ status }) => status && shareOf(status.dbSize, quota) > mostOfQuota)
  return full && `${full.name}: more than 80 % of the quota is used`
}
