// The steps that change users, roles and access control in etcd. One connection serves all that follow each other.

import {
  createRole,
  createUser,
  deleteRole,
  deleteUser,
  enableAuth,
  grantPermission,
  grantRole,
  revokePermission,
  revokeRole,
} from '../../etcd/access.ts'
import type { EtcdClient } from '../../etcd/client.ts'
import { EtcdTimeout, EtcdUnavailable } from '../../etcd/errors.ts'
import type { Observed } from '../observed.ts'
import { endpointsToAsk, openAdmin } from '../open-admin.ts'
import { Waiting } from '../outcome.ts'
import type { Step } from '../step.ts'

export type AccessStep = Exclude<
  Extract<Step, { readonly kind: `${'auth' | 'user' | 'role' | 'permission'}/${string}` }>,
  { readonly kind: 'auth/record' }
>

export function isAccessStep(step: Step): step is AccessStep {
  return /^(auth|user|role|permission)\//.test(step.kind) && step.kind !== 'auth/record'
}

export function leadingAccessSteps(steps: readonly Step[]): readonly AccessStep[] {
  const others = steps.findIndex((step) => !isAccessStep(step))
  return steps.slice(0, others < 0 ? steps.length : others).filter(isAccessStep)
}

/** @param begin is called before each step */
export async function actOnAccess(
  observed: Observed,
  steps: readonly AccessStep[],
  begin: (step: AccessStep) => Promise<void>,
): Promise<void> {
  const client = await openAdmin({ endpoints: endpointsToAsk(observed) })
  if (!client) throw new Waiting('waiting for the admin certificate')
  await using _closed = client
  try {
    await changeAccess(client, steps, begin)
  } catch (error) {
    if (error instanceof EtcdUnavailable || error instanceof EtcdTimeout) {
      throw new Waiting(`etcd does not answer: ${error.message}; the next hook tries again`, { cause: error })
    }
    throw error
  }
}

export async function changeAccess(
  client: EtcdClient,
  steps: readonly AccessStep[],
  begin: (step: AccessStep) => Promise<void> = async () => {},
): Promise<void> {
  for (const wave of inWaves(steps)) {
    for (const step of wave) await begin(step)
    await changeTogether(client, wave)
  }
}

/** So many at once, or they would wait for each other beyond their deadlines. */
const atOnce = 32

/** Changes of one kind don't depend on each other. etcd takes those that come together in one go, which others hardly notice. */
function inWaves(steps: readonly AccessStep[]): readonly (readonly AccessStep[])[] {
  const waves: AccessStep[][] = []
  for (const step of steps) {
    const last = waves.at(-1)
    if (last?.[0]?.kind === step.kind && last.length < atOnce) last.push(step)
    else waves.push([step])
  }
  return waves
}

/** All have ended before one's failure is told: the connection closes behind it. */
async function changeTogether(client: EtcdClient, steps: readonly AccessStep[]): Promise<void> {
  const outcomes = await Promise.allSettled(steps.map((step) => change(client, step)))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

async function change(client: EtcdClient, step: AccessStep): Promise<void> {
  switch (step.kind) {
    case 'auth/create-root':
      await createUser(client, 'root')
      await createRole(client, 'root')
      return grantRole(client, 'root', 'root')
    case 'auth/enable':
      return enableAuth(client)
    case 'user/create':
      return createUser(client, step.user)
    case 'user/delete':
      return deleteUser(client, step.user)
    case 'role/create':
      return createRole(client, step.role)
    case 'role/delete':
      return deleteRole(client, step.role)
    case 'role/grant':
      return grantRole(client, step.user, step.role)
    case 'role/revoke':
      return revokeRole(client, step.user, step.role)
    case 'permission/grant':
      return grantPermission(client, step.role, step.permission)
    case 'permission/revoke':
      return revokePermission(client, step.role, step.permission)
    default:
      return step satisfies never
  }
}
