// The loop: observe Juju once, then observe here → decide → act until nothing is left to do; publish last; tell the status.
// It is short because each part is elsewhere; read `decide.ts` for what the charm does.

import { act } from './act/act.ts'
import { publish } from './act/publish.ts'
import type { Charm } from './charm.ts'
import { decide } from './decide.ts'
import { observeEtcd } from './observe-etcd.ts'
import { type JujuSeen, observeJuju } from './observe-juju.ts'
import { observeMachine } from './observe-machine.ts'
import type { Observed } from './observed.ts'
import { conditionOf } from './outcome.ts'
import { statusOf } from './status.ts'
import type { Condition } from './step.ts'

/** More rounds than any plan needs; past them two parts of the plan undo each other, which is a bug. */
const mostRounds = 10

export async function reconcile(charm: Charm): Promise<void> {
  const seen = await observeJuju(charm)
  const { observed, conditions } = await settle(charm, seen)
  const plan = decide(observed)
  await publish(charm, observed, plan.writes)
  await tellStatus(charm, observed, [...conditions, ...plan.conditions])
}

interface Settled {
  readonly observed: Observed
  /** What kept steps from being done. */
  readonly conditions: readonly Condition[]
}

async function settle(charm: Charm, seen: JujuSeen): Promise<Settled> {
  for (let round = 0; round < mostRounds; round += 1) {
    const observed = await observeHere(charm, seen)
    const { steps } = decide(observed)
    if (steps.length === 0) return { observed, conditions: [] }
    try {
      await act(charm, observed, steps)
    } catch (error) {
      const condition = conditionOf(error)
      if (!condition) throw error
      return { observed: await observeHere(charm, seen), conditions: [condition] }
    }
  }
  throw new Error(`no plan settled in ${mostRounds} rounds; run the action plan and report what it prints`)
}

export async function observeHere(charm: Charm, seen: JujuSeen): Promise<Observed> {
  const machine = await observeMachine(charm)
  return { ...seen, machine, etcd: await observeEtcd(seen, machine) }
}

async function tellStatus(charm: Charm, observed: Observed, conditions: readonly Condition[]): Promise<void> {
  const unit = conditions.filter((condition) => condition.scope === 'unit')
  await charm.juju.setStatus(statusOf(unit))
  if (observed.leader && !observed.leaving)
    await charm.juju.setStatus(statusOf(conditions), { application: true })
}
