// `juju run etcd/0 plan`: what the charm would do now and why; it does nothing.

import type { Charm } from '../charm.ts'
import { decideWrites, observe } from '../reconcile.ts'
import { describeStep } from '../step.ts'
import { readLastTold } from './read-last-told.ts'
import { printCondition } from './status/attention.ts'
import { describeRefresh } from './describe-releases.ts'

export async function plan(charm: Charm): Promise<void> {
  const { observed, plan: decided } = await decideWrites(charm, await observe(charm))
  const { steps, writes, conditions } = decided
  const { told } = await readLastTold(charm, observed, conditions)
  const lines = (rows: readonly string[]): string => (rows.length > 0 ? rows.join('\n') : 'none')
  await charm.juju.actionSet({
    steps: lines(steps.map(describeStep)),
    writes: lines(writes.map(describeStep)),
    refresh: describeRefresh(observed),
    conditions: lines([...conditions, ...told].map((one) => printCondition(one, told))),
  })
}
