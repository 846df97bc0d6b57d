// A unit on its way out: its member leaves the cluster while it still can, and its etcd stops. It touches nothing else that
// others share, and what it leaves on the storage is intact.

import type { EtcdClient } from '../etcd/client.ts'
import { EtcdFailure } from '../etcd/errors.ts'
import { findOccupant } from '../machine/occupant.ts'
import { removeInstallation } from '../machine/remove-installation.ts'
import { stopService } from '../machine/service.ts'
import { act } from './act/act.ts'
import { giveLeadershipAway, waitForLock } from './act/take-turn.ts'
import type { Charm } from './charm.ts'
import { observeEtcd } from './observe-etcd.ts'
import { observeJuju } from './observe-juju.ts'
import { findWorkload, observeMachine } from './observe-machine.ts'
import type { Observed } from './observed.ts'
import { endpointsToAsk, openAdmin } from './open-admin.ts'
import { conditionOf } from './outcome.ts'
import { membersOf, ownMember } from './plan/members.ts'
import { planDeparture } from './plan/membership.ts'

/**
 * Longer than a departure takes, and shorter than others wait for their turn: who stops without having left takes the quorum along
 * where two were left.
 */
const ttlSeconds = 20

/** `stop`, `remove` and `data-storage-detaching`: etcd must let go of the storage before Juju unmounts it. */
export async function leave(charm: Charm): Promise<void> {
  if (!(await isGuest(charm))) await letGo(charm)
  await charm.juju.setStatus({ status: 'maintenance', message: 'leaving' })
}

async function letGo(charm: Charm): Promise<void> {
  await leaveCluster(charm)
  const workload = await findWorkload()
  await stopService(workload.service, { disable: true })
  if (charm.context.hook.name === 'remove') await removeInstallation(workload)
}

/** On a machine whose etcd is another unit's. */
async function isGuest({ context }: Charm): Promise<boolean> {
  const { paths } = await findWorkload()
  const occupant = await findOccupant(paths.state)
  return occupant !== undefined && occupant !== context.unit
}

/** The last voter stays what it is, and so does one whose going would cost the others their quorum. */
async function leaveCluster(charm: Charm): Promise<void> {
  const observed = await observeForLeaving(charm)
  const client = ownMember(observed) && (await openAdmin({ endpoints: othersFirst(observed) }))
  if (!client) return
  await using _closed = client
  try {
    // Two that leave at once must not each take the other for the one that stays.
    await using _turn = await waitForLock(charm, client, {
      name: 'departure',
      holder: observed.unit,
      ttlSeconds,
    })
    await goNow(charm, await observeForLeaving(charm), client)
  } catch (error) {
    // The leader removes the member once Juju has no such unit any more.
    if (!(error instanceof EtcdFailure) && !conditionOf(error)) throw error
    const why = error instanceof Error ? error.message : String(error)
    await charm.juju.log('WARNING', `the member stays for now: ${why}`)
  }
}

/** This unit's own etcd ends as soon as it has left, and lets go of no lock then. */
function othersFirst(observed: Observed): readonly string[] {
  const own = ownMember(observed)
  const others = membersOf(observed)?.filter((member) => member.id !== own?.id && member.responds) ?? []
  return [...new Set([...others.flatMap(({ clientUrls }) => clientUrls), ...endpointsToAsk(observed)])]
}

async function observeForLeaving(charm: Charm): Promise<Observed> {
  const seen = await observeJuju(charm)
  const machine = await observeMachine(charm)
  return { ...seen, machine, etcd: await observeEtcd({ ...seen, looksAtMembers: true }, machine) }
}

async function goNow(charm: Charm, observed: Observed, client: EtcdClient): Promise<void> {
  const [own, members] = [ownMember(observed), membersOf(observed)]
  const step = own && members && planDeparture(members, own)
  if (!step) return
  // So that clients wait for no election.
  await giveLeadershipAway(client, members, observed.unit)
  await act(charm, observed, [step])
}
