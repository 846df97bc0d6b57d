// `juju run etcd/leader recover-quorum confirm=true`: the cluster is founded anew on the data that goes furthest. The action only says
// so in the peer databag, once; each unit then stops its etcd and tells its data, the leader names the founder when all have told,
// and the rest join it. So a hook that dies anywhere on the way is simply run again.

import { memberStatus } from '../../etcd/cluster.ts'
import { EtcdFailure } from '../../etcd/errors.ts'
import { url } from '../../machine/network.ts'
import { findWorkload } from '../../machine/workload.ts'
import { memberPath } from '../layout.ts'
import { publish } from '../publish/publish.ts'
import type { Charm } from '../charm.ts'
import { recordIsOlder, whatIsBeyondReading, whyNoOrderHere } from '../plan/beyond-reading.ts'
import { isFoundedOnDamage, isOnlyData } from '../plan/cluster/damage.ts'
import { noQuorumExists } from '../plan/cluster/guards.ts'
import type { Observed, PeersSeen } from '../observed.ts'
import { openAdmin } from '../open-admin.ts'
import { isRecordOlder } from '../plan/cluster/data.ts'
import { isDataLost } from '../plan/cluster/lost-data.ts'
import { nextFounding } from '../plan/cluster/founding.ts'
import { describeLoss, lostQuorum } from '../plan/cluster/quorum.ts'
import { observe } from '../reconcile.ts'
import { onlyOnLeader } from './on-leader.ts'

export async function recoverQuorum(charm: Charm): Promise<void> {
  const { juju } = charm
  const observed = await observe(charm)
  const member = memberPath(await findWorkload())
  const refusal = observed.leader ? whyNotRecover(observed, member) : onlyOnLeader(charm)
  if (refusal !== undefined || !observed.peers) return juju.actionFail(refusal ?? 'there is no peer relation')
  const lost = lostQuorum(observed)
  const units = await describeUnits(observed, observed.peers)
  await juju.actionSet({
    finding: isRecordOlder(observed)
      ? "juju's record of the cluster is older than its data"
      : lost
        ? describeLoss(lost)
        : 'no member answers',
    units: units.join('\n'),
    outcome: isDataLost(observed)
      ? 'no unit has data: an EMPTY cluster begins'
      : 'the data that goes furthest founds a new cluster, the other units join it anew, other data is kept aside',
  })
  if ((await juju.actionParameters()).confirm !== true)
    return juju.actionSet({ done: 'nothing', next: 'run it again with confirm=true' })
  const founding = nextFounding(observed, observed.peers.application.founding?.generation ?? 0)
  const { leads } = await publish(charm, observed, [
    { kind: 'founding/write', founding, why: 'the operator recovers the quorum' },
  ])
  if (!leads) return juju.actionFail('this unit leads no more; run it again')
  await juju.actionSet({ done: 'recovery has begun', next: 'watch juju status' })
}

/** @param member the folder that etcd has its data in */
export function whyNotRecover(observed: Observed, member: string): string | undefined {
  const going = whyNoOrderHere(observed)
  if (going !== undefined) return `refused: ${going}`
  const beyond = whatIsBeyondReading(observed)
  if (beyond && beyond !== recordIsOlder) return `refused: ${beyond.message}`
  const founding = observed.peers?.application.founding
  if (founding?.founder === undefined)
    return 'the cluster is being founded already; juju status says what is waited for'
  const { damage } = observed.machine
  if (damage !== undefined && isOnlyData(observed)) {
    // A founder without data begins with none.
    const again = isFoundedOnDamage(observed) ? '' : ' and run this again'
    return `refused: the only data that there is is damaged (${damage}); restore a backup, by the action restore, or to begin empty move it away${again}; it is in ${member}`
  }
  if (isRecordOlder(observed) || noQuorumExists.holds(observed)) return undefined
  if (observed.etcd.kind === 'up') return 'refused: the cluster has its quorum'
  if (observed.etcd.kind === 'down' && observed.etcd.lockedOut !== undefined)
    return 'refused: the members run, and only their truststore keeps everybody out; wait for their next hooks'
  return 'refused: enough members for a quorum answer, served in their last hook, or are still starting; remove units that are gone with --force, or wait for their update-status'
}

async function describeUnits(observed: Observed, { units }: PeersSeen): Promise<readonly string[]> {
  const names = [...(observed.expectedUnits ?? units.keys())].toSorted()
  return Promise.all(names.map(async (name) => `${name}: ${await describeUnit(observed, units, name)}`))
}

async function describeUnit(observed: Observed, units: PeersSeen['units'], name: string): Promise<string> {
  const databag = units.get(name)?.databag
  const address = name === observed.unit ? observed.addresses?.client : databag?.addresses?.client
  const running = address === undefined ? undefined : await raftIndexAt(url('https', address, 2379))
  if (running !== undefined) return `etcd runs, raft index ${running}`
  if (databag?.position) return `etcd stands still, raft index ${databag.position.index}`
  return databag?.data === false
    ? 'no data'
    : 'etcd does not answer; how far its data goes is told when it stands still'
}

async function raftIndexAt(endpoint: string): Promise<bigint | undefined> {
  const client = await openAdmin({ endpoints: [endpoint], deadlineMs: 3000 })
  if (!client) return undefined
  await using _closed = client
  try {
    return (await memberStatus(client, endpoint)).raftIndex
  } catch (error) {
    if (error instanceof EtcdFailure) return undefined
    throw error
  }
}
