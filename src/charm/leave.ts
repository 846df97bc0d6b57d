// A unit on its way out: its member leaves the cluster while it still can, and its etcd stops. It touches nothing else that
// others share, and what it leaves on the storage is intact.

import { EtcdFailure } from '../etcd/errors.ts'
import { findOccupant } from '../machine/occupant.ts'
import { removeInstallation } from '../machine/remove-installation.ts'
import { stopService } from '../machine/service.ts'
import { act } from './act/act.ts'
import { giveLeadershipAway } from './act/take-turn.ts'
import type { Charm } from './charm.ts'
import { observeEtcd } from './observe-etcd.ts'
import { observeJuju } from './observe-juju.ts'
import { findWorkload, observeMachine } from './observe-machine.ts'
import type { Observed } from './observed.ts'
import { endpointsToAsk, openAdmin } from './open-admin.ts'
import { conditionOf } from './outcome.ts'
import { membersOf, ownMember } from './plan/members.ts'
import { planDeparture } from './plan/membership.ts'

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

/** So that clients wait for no election. */
async function handOver(observed: Observed): Promise<void> {
  const client = await openAdmin({ endpoints: endpointsToAsk(observed) })
  if (!client) return
  await using _closed = client
  try {
    await giveLeadershipAway(client, membersOf(observed) ?? [], observed.unit)
  } catch (error) {
    // Without it the others elect one.
    if (!(error instanceof EtcdFailure)) throw error
  }
}

/** The last voter stays what it is, and so does one whose going would cost the others their quorum. */
async function leaveCluster(charm: Charm): Promise<void> {
  const seen = await observeJuju(charm)
  const machine = await observeMachine(charm)
  const etcd = await observeEtcd({ ...seen, looksAtMembers: true }, machine)
  const observed = { ...seen, machine, etcd }
  const [own, members] = [ownMember(observed), membersOf(observed)]
  const step = own && members && planDeparture(members, own)
  if (!step) return
  try {
    await handOver(observed)
    await act(charm, observed, [step])
  } catch (error) {
    // The leader removes the member once Juju has no such unit any more.
    const condition = conditionOf(error)
    if (!condition) throw error
    await charm.juju.log('WARNING', `the member stays for now: ${condition.message}`)
  }
}
