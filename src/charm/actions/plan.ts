// `juju run etcd/0 plan`: what the charm would do now and why; it does nothing.

import type { Charm } from '../charm.ts'
import { decideWrites, observe } from '../reconcile.ts'
import { describeStep } from '../step.ts'

export async function plan(charm: Charm): Promise<void> {
  const { steps, writes, conditions } = (await decideWrites(charm, await observe(charm))).plan
  const lines = (rows: readonly string[]): string => (rows.length > 0 ? rows.join('\n') : 'none')
  await charm.juju.actionSet({
    steps: lines(steps.map(describeStep)),
    writes: lines(writes.map(describeStep)),
    conditions: lines(conditions.map(({ status, message }) => `${status}: ${message}`)),
  })
}
