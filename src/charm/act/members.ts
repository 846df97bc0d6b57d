// The steps that change who is a member. etcd refuses a change for about five seconds after the last one, and a promotion until
// the learner has caught up: both are asked again for a while, and then by a later hook.

import type { EtcdClient } from '../../etcd/client.ts'
import { addLearner, promoteMember, removeMember, updateMember } from '../../etcd/cluster.ts'
import {
  EtcdAlreadyExists,
  EtcdFailure,
  EtcdNotFound,
  EtcdPrecondition,
  EtcdTimeout,
  EtcdUnavailable,
} from '../../etcd/errors.ts'
import { readMembers } from '../observe/members.ts'
import type { Observed } from '../observed.ts'
import { answeringFirst, openAdmin } from '../open-admin.ts'
import { Waiting } from '../outcome.ts'
import type { Step } from '../step.ts'

export type MemberStep = Extract<Step, { readonly kind: `member/${string}` }>

/** Again for half a minute, where etcd refuses it or does not answer. */
async function changeInTheEnd(client: EtcdClient, step: MemberStep, deadline: AbortSignal): Promise<void> {
  const { ConstantBackoff, handleWhen, retry } = await import('cockatiel')
  const passes = (error: Error): boolean =>
    error instanceof EtcdPrecondition || error instanceof EtcdUnavailable
  const refusals = retry(handleWhen(passes), { maxAttempts: 60, backoff: new ConstantBackoff(500) })
  await refusals.execute(() => change(client, step), deadline)
}

export async function actOnMembers(
  observed: Observed,
  step: MemberStep,
  deadline: AbortSignal,
): Promise<void> {
  const client = await openAdmin({ endpoints: answeringFirst(observed) })
  if (!client) throw new Waiting('waiting for the admin certificate')
  await using _closed = client
  try {
    await changeInTheEnd(client, step, deadline)
  } catch (error) {
    // Done already, by a hook that was killed before it could tell.
    if (error instanceof EtcdNotFound || error instanceof EtcdAlreadyExists) return
    if (error instanceof EtcdTimeout)
      throw new Waiting(`whether ${step.kind} was done is not known (${error.what}); the next hook looks`, {
        cause: error,
      })
    if (error instanceof EtcdFailure)
      throw new Waiting(`etcd does not allow ${step.kind} now: ${error.what}; the next hook tries again`, {
        cause: error,
      })
    throw error
  }
}

async function change(client: EtcdClient, step: MemberStep): Promise<void> {
  switch (step.kind) {
    case 'member/add':
      await addLearner(client, step.peerUrls)
      return
    case 'member/update':
      return updateMember(client, step.member, step.peerUrls)
    case 'member/promote':
      return promoteMember(client, await findLeader(client), step.member)
    case 'member/remove':
      return removeMember(client, step.member)
    default:
      return step satisfies never
  }
}

async function findLeader(client: EtcdClient): Promise<string> {
  const leader = (await readMembers(client)).find((member) => member.leads)
  const [endpoint] = leader?.clientUrls ?? []
  if (endpoint !== undefined) return endpoint
  throw new EtcdUnavailable('no leader', { call: 'member list', endpoint: client.endpoints.join(', ') })
}
