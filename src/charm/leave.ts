// A unit on its way out: it stops its own etcd and touches nothing that others share. What it leaves on the storage is intact.

import { stopService } from '../machine/service.ts'
import type { Charm } from './charm.ts'
import { findWorkload } from './observe-machine.ts'
import { reconcile } from './reconcile.ts'

/** `stop`, `remove` and `data-storage-detaching`: etcd must let go of the storage before Juju unmounts it. */
export async function leave(charm: Charm): Promise<void> {
  await noteDeparture(charm)
  const workload = await findWorkload()
  await stopService(workload.service, { disable: true })
  await charm.juju.setStatus({ status: 'maintenance', message: 'leaving' })
}

/**
 * Only a departed hook says who departs. If it is this unit, the relation-broken that follows means nothing for the
 * client: its relation lives on with the units that stay (facts/etcd-client.md §5.17).
 */
export async function depart(charm: Charm): Promise<void> {
  const { hook, unit } = charm.context
  if (hook.kind === 'relation' && hook.departing === unit) await noteDeparture(charm)
  await reconcile(charm)
}

async function noteDeparture({ juju }: Charm): Promise<void> {
  const state = await juju.readState()
  await juju.writeState(state, { ...state, leaving: 'yes' })
}
