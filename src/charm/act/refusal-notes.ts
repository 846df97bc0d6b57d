// What a member could not run with, noted in etcd: its turn may be over before its hook is, and Juju tells the others only after that, each
// in a hook of its own.

import type { EtcdClient } from '../../etcd/client.ts'
import { leaveNote, lockHolder, takeNoteBack } from '../../etcd/lock.ts'
import type { Loaded, MemberSeen, Observed, Refused, StartPart } from '../observed.ts'
import { endpointsToAsk, openAdmin } from '../open-admin.ts'
import { Waiting } from '../outcome.ts'
import { memberName } from '../plan/cluster/members.ts'
import { newParts, printRefusals, refusal } from '../plan/workload/next-start.ts'
import { ignoreFailure } from './take-turn.ts'

/** Where it fails, the databag tells, a little later. */
export async function tellRefusals(observed: Observed, refused: Refused): Promise<void> {
  const names = printRefusals(refused)
  const client = names.length === 0 ? undefined : await openAdmin({ endpoints: endpointsToAsk(observed) })
  if (!client) return
  await using _closed = client
  for (const name of names) await leaveNote(client, name, observed.unit).catch(ignoreFailure)
}

export async function takeRefusalBack(observed: Observed, part: StartPart): Promise<void> {
  const value = observed.machine.run.refused?.[part]
  const client = value === undefined ? undefined : await openAdmin({ endpoints: endpointsToAsk(observed) })
  if (value === undefined || !client) return
  await using _closed = client
  await takeNoteBack(client, refusal(part, value), observed.unit).catch(ignoreFailure)
}

/** @throws {Waiting} where another member could not run with what is new in this start; the word of a unit that is gone counts for nothing */
export async function assertNobodyRefused(
  client: EtcdClient,
  { machine, unit }: Observed,
  loading: Loaded,
  members: readonly MemberSeen[],
): Promise<void> {
  for (const [part, value] of newParts(loading, machine.loaded)) {
    const who = await lockHolder(client, refusal(part, value))
    if (who === undefined || who === unit || !members.some(({ name }) => name === memberName(who))) continue
    throw new Waiting(`restart is due, but etcd on ${who} did not run with what is new; see its status`)
  }
}
