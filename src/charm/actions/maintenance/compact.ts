// `juju run etcd/leader compact`: etcd forgets the history of keys up to a revision. The present values stay; the pages that the history took
// become free, and defragment gives them back to the disk.

import * as z from 'zod/mini'
import { EtcdFailure } from '../../../etcd/errors.ts'
import { readRevision } from '../../../etcd/history.ts'
import { printJsonText } from '../../../interfaces/json-text.ts'
import type { Charm } from '../../charm.ts'
import type { Observed } from '../../observed.ts'
import { answeringFirst, openAdmin } from '../../open-admin.ts'
import { carryOutAlone, observe } from '../../reconcile.ts'
import { dryRun, readParameters, untouched } from '../parameters.ts'

const parameters = z.object({
  revision: z._default(z.int().check(z.minimum(0)), 0),
  physical: z._default(z.boolean(), false),
  ...dryRun,
})

export async function compact(charm: Charm): Promise<void> {
  const { juju } = charm
  const asked = await readParameters(charm, parameters)
  if (!asked) return
  const observed = await observe(charm)
  const now = await revisionNow(observed)
  if (now.kind === 'unknown') return juju.actionFail(`refused: ${now.why}`)
  const revision = asked.revision === 0 ? now.revision : String(asked.revision)
  if (BigInt(revision) > BigInt(now.revision))
    return juju.actionFail(`refused: revision ${revision} is still to come; etcd is at ${now.revision}`)
  const told = {
    revision: now.revision,
    'compact-to': revision,
    outcome: `history before revision ${revision} is forgotten; watches and reads go back no further, present values stay`,
    json: printJsonText({ revision: now.revision, compactTo: revision, physical: asked.physical }),
  }
  if (asked['dry-run']) return juju.actionSet({ ...told, ...untouched })
  const step = {
    kind: 'history/compact',
    revision,
    physical: asked.physical,
    why: 'the operator asks for it',
  } as const
  const condition = await carryOutAlone(charm, observed, [step])
  if (condition && /has been compacted/.test(condition.message))
    return juju.actionSet({ ...told, done: 'nothing: it was compacted that far before' })
  if (condition)
    return juju.actionFail(`it is not known whether it was done: ${condition.message}; run it again`)
  await juju.actionSet({
    ...told,
    done: `compacted to revision ${revision}`,
    next: 'run defragment to give the room back',
  })
}

type Now =
  | { readonly kind: 'known'; readonly revision: string }
  | { readonly kind: 'unknown'; readonly why: string }

async function revisionNow(observed: Observed): Promise<Now> {
  const client = await openAdmin({ endpoints: answeringFirst(observed) })
  if (!client)
    return { kind: 'unknown', why: "this unit has no admin certificate yet; wait for the leader's hooks" }
  await using _closed = client
  try {
    return { kind: 'known', revision: await readRevision(client) }
  } catch (error) {
    if (error instanceof EtcdFailure) return { kind: 'unknown', why: error.message }
    throw error
  }
}
