// `juju run etcd/leader disarm-alarms`: takes alarms back whose cause is gone, and no others: an alarm that is taken back while its cause is
// there only hides that data is lost, or is there again with the next write.

import * as z from 'zod/mini'
import { type Alarm, wholeCluster } from '../../../etcd/types.ts'
import { printJsonText } from '../../../interfaces/json-text.ts'
import type { Charm } from '../../charm.ts'
import type { MemberSeen, Observed } from '../../observed.ts'
import { compareData } from '../../observe/compare-data.ts'
import { membersOf } from '../../plan/cluster/members.ts'
import { quotaOf } from '../../plan/maintenance/quota-of.ts'
import { hasRoom, shareOf } from '../../plan/workload/quota.ts'
import { carryOutAlone, observe } from '../../reconcile.ts'
import { dryRun, readParameters, untouched } from '../parameters.ts'
import { printShare } from '../status/screen.ts'
import { describeVerdict } from './check-data.ts'

const parameters = z.object(dryRun)

export async function disarmAlarms(charm: Charm): Promise<void> {
  const { juju } = charm
  const asked = await readParameters(charm, parameters)
  if (!asked) return
  const observed = await observe(charm)
  const { etcd } = observed
  if (etcd.kind !== 'up' || !etcd.alarms) return juju.actionFail('refused: no member answers; see health')
  if (etcd.alarms.length === 0)
    return juju.actionSet({ alarms: 'none', json: '[]', done: 'nothing: there is no alarm' })
  const judged = await judgeAlarms(observed, etcd.alarms)
  await juju.actionSet({
    alarms: judged
      .map(({ label, gone, why }) => `${label}: ${gone ? 'cause is gone' : 'stays'}, ${why}`)
      .join('\n'),
    json: printJsonText(judged.map(({ label, gone, why }) => ({ alarm: label, gone, why }))),
  })
  const over = judged.filter(({ gone }) => gone)
  const stays = judged.filter(({ gone }) => !gone).map(({ label, why }) => `${label}: ${why}`)
  if (asked['dry-run']) return juju.actionSet(untouched)
  const steps = over.map(
    ({ alarm: { member, kind: alarm }, why }) => ({ kind: 'alarm/disarm', member, alarm, why }) as const,
  )
  const condition = await carryOutAlone(charm, observed, steps)
  if (condition) return juju.actionFail(`${condition.message}; run it again`)
  await juju.actionSet({
    done: over.length === 0 ? 'nothing' : `${over.map(({ label }) => label).join(', ')} disarmed`,
  })
  if (stays.length > 0) await juju.actionFail(`refused: ${stays.join('; ')}`)
}

interface Judged {
  readonly alarm: Alarm
  readonly label: string
  readonly gone: boolean
  readonly why: string
}

/** Data is compared once, and only where an alarm is about that. */
async function judgeAlarms(observed: Observed, alarms: readonly Alarm[]): Promise<readonly Judged[]> {
  const members = membersOf(observed) ?? []
  const corrupt = alarms.some(({ kind }) => kind === 'corrupt')
  const comparison = corrupt ? await compareData(observed) : undefined
  return alarms.map((alarm) => {
    const member = members.find(({ id }) => id === alarm.member)
    const ofAll = alarm.member === wholeCluster
    const whose = ofAll ? 'the whole cluster' : (member?.name ?? `member ${alarm.member}`)
    const label = `${alarm.kind} of ${whose}`
    if (!member && !ofAll) return { alarm, label, gone: true, why: 'that member is gone' }
    if (alarm.kind === 'no-space')
      return { alarm, label, ...(member ? judgeSpace(member, observed) : judgeSpaces(members, observed)) }
    return {
      alarm,
      label,
      gone: comparison?.verdict === 'same',
      why: comparison ? describeVerdict(comparison) : 'it was not compared',
    }
  })
}

/** By the first that has no room, where there is one. */
function judgeSpaces(members: readonly MemberSeen[], observed: Observed): Pick<Judged, 'gone' | 'why'> {
  const full = members
    .map((member) => ({ member, ...judgeSpace(member, observed) }))
    .find(({ gone }) => !gone)
  if (full) return { gone: false, why: `${full.member.name}: ${full.why}` }
  return { gone: members.length > 0, why: 'the databases of all members have room' }
}

function judgeSpace(member: MemberSeen, observed: Observed): Pick<Judged, 'gone' | 'why'> {
  const { status } = member
  if (!status) return { gone: false, why: `${member.name} does not answer; bring it back first` }
  const quota = quotaOf(member, observed)
  const share = `its database has ${printShare(shareOf(status.dbSize, quota))} of its quota`
  return hasRoom(member, quota)
    ? { gone: true, why: share }
    : { gone: false, why: `${share}; run compact and defragment, or raise quota-backend-bytes` }
}
