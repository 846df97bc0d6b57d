// Writes to Juju, after all steps: buffered by Juju and committed together when the hook exits 0.

import { answerKey } from '../../interfaces/ledger.ts'
import { NotLeader, RelationGone } from '../../juju/index.ts'
import { type ByKind, doByKind } from '../by-kind.ts'
import type { Charm } from '../charm.ts'
import type { Observed } from '../observed.ts'
import { conditionOf } from '../outcome.ts'
import { type Condition, describeStep, type Write } from '../step.ts'
import { onClients } from './on-clients.ts'
import { onCluster } from './on-cluster.ts'
import { onObservability } from './on-observability.ts'
import { writeForAll } from './peer-databags.ts'

const writers: ByKind<Write['kind']> = {
  ...onCluster,
  ...onClients,
  ...onObservability,
  'store/ask': async ({ juju }, _observed, { relation, current, wanted }) =>
    juju.writeAppBag(juju.relationId(relation), current, {
      ...Object.fromEntries(Object.keys(current).map((key) => [key, undefined])),
      ...wanted,
    }),
  'port/open': async ({ juju }, _observed, { port }) => {
    const other = await juju.openPort(port)
    // Only what Juju lets through a cloud's firewall depends on it.
    if (other)
      await juju.log('WARNING', `port ${port} is ${other}'s to open, which shares this machine; remove it`)
  },
  'version/set': ({ juju }, _observed, { version }) => juju.setApplicationVersion(version),
}

export interface Published {
  /** What kept single writes from being made. */
  readonly conditions: readonly Condition[]
  /** `false`: this unit was the leader and is it no more; what only the leader may was left to the next one. */
  readonly leads: boolean
}

/** What a unit tells of itself, whoever leads. */
const ownWrites: ReadonlySet<Write['kind']> = new Set([
  'peer-unit/write',
  'port/open',
  'version/set',
  'collector/tell',
  'issuer/ask',
])

/** Juju promises the leadership for half a minute from when it was asked for it. */
const askAgainMs = 10_000

/**
 * Juju refuses all that a hook wrote if it ends without the leadership that a part of it takes: so that is asked for before the first such
 * write, and again while they are being made.
 */
export async function publish(
  charm: Charm,
  observed: Observed,
  writes: readonly Write[],
): Promise<Published> {
  const conditions: Condition[] = []
  const again = new Set<number>()
  let leads = observed.leader
  let asked = Number.NEGATIVE_INFINITY
  for (const write of writes) {
    const own = ownWrites.has(write.kind)
    if (!own && leads && performance.now() - asked > askAgainMs) {
      leads = await charm.juju.stillLeads()
      asked = performance.now()
    }
    if (!own && !leads) continue
    await charm.juju.log('INFO', describeStep(write))
    const outcome = await tryToWrite(charm, observed, write)
    if (outcome === 'leads no more') leads = false
    // What kept an answer from being told keeps it until a later hook: the ledger must not say that it was.
    else if (outcome && write.kind === 'answer/publish') again.add(write.answer.relation)
    if (typeof outcome === 'object') conditions.push(outcome)
  }
  if (leads) await forgetAnswers(charm, again)
  return { conditions, leads: leads || !observed.leader }
}

/** One write that can't be made keeps no other from being made. */
async function tryToWrite(
  charm: Charm,
  observed: Observed,
  write: Write,
): Promise<Condition | 'again' | 'leads no more' | undefined> {
  try {
    return (await doByKind(writers, write.kind, charm, observed, write)) === 'again' ? 'again' : undefined
  } catch (error) {
    if (error instanceof NotLeader) return 'leads no more'
    // Whoever was to be told has left since.
    if (error instanceof RelationGone) return undefined
    const condition = conditionOf(error)
    if (condition) return condition
    throw error
  }
}

/** What was to be told and could not be yet: the next hook of the peers, which this wakes, tells it. */
async function forgetAnswers(charm: Charm, relations: ReadonlySet<number>): Promise<void> {
  if (relations.size === 0) return
  await writeForAll(charm, Object.fromEntries([...relations].map((id) => [answerKey(id), undefined])))
}
