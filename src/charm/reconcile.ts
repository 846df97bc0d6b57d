// The loop: observe Juju once, then observe here → decide → act until nothing is left to do; publish last; tell the status.
// It is short because each part is elsewhere; read `decide.ts` for what the charm does.

import { unlessFollowing, unlessGone } from '../juju/errors.ts'
import { addToCharmLog } from '../machine/charm-log.ts'
import { act } from './act/act.ts'
import { publish } from './publish/publish.ts'
import type { Charm } from './charm.ts'
import { decide } from './decide.ts'
import { beginEtcd, observeEtcd } from './observe/etcd.ts'
import { type JujuSeen, observeFirst, observeJuju } from './observe/juju.ts'
import { observeMachine } from './observe/machine.ts'
import type { Observed } from './observed.ts'
import { conditionOf, tryTo } from './outcome.ts'
import { noteFailed } from './failed-record.ts'
import { printLine } from './plan/observability/log-line.ts'
import { statusOf, withOutage } from './status.ts'
import type { Condition, Plan, Step } from './step.ts'

/** More rounds than any plan needs; past them two parts of the plan undo each other, which is a bug, and not to be a hook that fails for good. */
const mostRounds = 10

export async function reconcile(charm: Charm): Promise<void> {
  const observed = await observe(charm).catch((error: unknown) => tellFailure(charm, error))
  if (observed) await carryOut(charm, observed)
}

/** Of what can't even be looked at, nothing is decided. */
async function tellFailure({ juju }: Charm, error: unknown): Promise<undefined> {
  const condition = conditionOf(error)
  if (!condition) throw error
  await juju.setStatus(statusOf([condition]))
}

/** All that follows from what was observed, an operator's order among it. */
export async function carryOut(charm: Charm, first: Observed): Promise<CarriedOut> {
  const settled = await settle(charm, first)
  const { observed, plan, conditions } = settled
  const published = await publish(charm, observed, plan.writes)
  const failed = withOutage([...conditions, ...published.conditions], plan.conditions)
  const all = [...failed, ...plan.conditions]
  await noteFailed(observed, failed)
  await tellStatus(charm, { ...observed, leader: observed.leader && published.leads }, all)
  return { ...settled, conditions: [...conditions, ...published.conditions], leads: published.leads }
}

interface Settled extends Decided {
  /** What kept steps from being done. */
  readonly conditions: readonly Condition[]
}

export interface CarriedOut extends Settled {
  /** `false`: it was the leader and is it no more, so that nothing of what only the leader may was written. */
  readonly leads: boolean
}

async function settle(charm: Charm, first: Observed): Promise<Settled> {
  let observed = first
  let beside: readonly Condition[] = []
  for (let round = 0; round < mostRounds; round += 1) {
    const plan = decide(observed)
    const isBeside = (step: Step): boolean => isAside(step, observed)
    const ready = beside.length > 0 ? [] : plan.steps.filter(isBeside)
    const rest = plan.steps.filter((step) => !isBeside(step))
    if (ready.length + rest.length === 0)
      return { ...(await countUnits(charm, { observed, plan })), conditions: beside }
    const failed = await carryOutAlone(charm, observed, ready)
    const condition = await carryOutAlone(charm, observed, rest)
    if (failed) beside = [failed]
    observed = await observeHere(charm, observed)
    if (condition) return { ...(await decideWrites(charm, observed)), conditions: [condition, ...beside] }
  }
  // Whoever has nothing to do with it is served all the same, and the next hook may find it settled.
  const plan = decide(observed)
  const conditions = [describeUnsettled(plan.steps), ...beside]
  return { ...(await countUnits(charm, { observed, plan })), conditions }
}

/** Another tarball beside the release that runs, or a hold: where that fails, all else that there is to do is done with what runs. */
function isAside(step: Step, { machine }: Observed): boolean {
  return step.kind === 'workload/hold' || (step.kind === 'workload/install' && machine.workload !== undefined)
}

function describeUnsettled(steps: readonly Step[]): Condition {
  const again = [...new Set(steps.map(({ kind }) => kind))].join(', ')
  const message = `the plan does not settle (${again}); run the action plan and report what it prints`
  return { status: 'blocked', message, scope: 'unit' }
}

/** These steps and no others, an operator's among them; and what kept them from being done. */
export async function carryOutAlone(
  charm: Charm,
  observed: Observed,
  steps: readonly Step[],
): Promise<Condition | undefined> {
  return steps.length === 0 ? undefined : tryTo(() => act(charm, observed, steps))
}

/** All that this hook is to know: Juju is asked once, what is here anew after each round of steps. */
export async function observe(charm: Charm): Promise<Observed> {
  const [first, here] = [observeFirst(charm), observeMachine(charm)]
  const [seen, machine, begun] = await Promise.all([
    first.then((known) => observeJuju(charm, known)),
    here,
    // Where this member does not serve, whom else to ask is known only once Juju told of units that are gone.
    Promise.all([first, here]).then(([known, at]) =>
      at.run.health?.healthy === true ? beginEtcd(known, at) : undefined,
    ),
  ])
  return { ...seen, machine, etcd: await observeEtcd(seen, machine, begun) }
}

export interface Decided {
  readonly observed: Observed
  readonly plan: Plan
}

export function decideWrites(charm: Charm, observed: Observed): Promise<Decided> {
  return countUnits(charm, { observed, plan: decide(observed) })
}

/** Who is to be answered is known only now, and only of them it is asked whether they have units: Juju's answer is the same all through a hook. */
async function countUnits({ juju }: Charm, { observed, plan }: Decided): Promise<Decided> {
  if (plan.toCount.length === 0) return { observed, plan }
  const count = async (relation: number): Promise<readonly [number, number]> => [
    relation,
    (await unlessGone(juju.relationUnits(juju.relationId(relation))))?.length ?? 0,
  ]
  const members = new Map(await Promise.all(plan.toCount.map(count)))
  const counted = { ...observed, clients: { ...observed.clients, members } }
  return { observed: counted, plan: decide(counted) }
}

/** What is on this machine and in etcd by now, beside what Juju said at the hook's beginning. */
export async function observeHere(charm: Charm, seen: JujuSeen): Promise<Observed> {
  const machine = await observeMachine(charm)
  return { ...seen, machine, etcd: await observeEtcd(seen, machine) }
}

async function tellStatus(charm: Charm, observed: Observed, conditions: readonly Condition[]): Promise<void> {
  const unit = statusOf(conditions.filter((condition) => condition.scope === 'unit'))
  await charm.juju.setStatus(unit)
  // What a unit tells aside is its own.
  const all = conditions.filter(({ aside }) => !aside)
  if (observed.leader && !observed.leaving)
    await unlessFollowing(charm.juju.setStatus(statusOf(all), { application: true }))
  const { hook, model } = charm.context
  await addToCharmLog(printLine(observed, { hook: hook.name, model: model.name, ...unit }))
}
