// Writes to Juju, after all steps: buffered by Juju and committed together when the hook exits 0.

import {
  printAuthorities,
  printClientCas,
  printFounding,
  printOptions,
  printPeerUnit,
} from '../../interfaces/etcd-peers.ts'
import { answerKey, isLedgerKey, printLedger } from '../../interfaces/ledger.ts'
import { type Databag, NotLeader, RelationGone, type RelationId } from '../../juju/index.ts'
import type { Charm } from '../charm.ts'
import type { Observed } from '../observed.ts'
import { conditionOf } from '../outcome.ts'
import { encryptionLabel, secretLabels } from '../plan/clients/secret-labels.ts'
import { type Condition, describeStep, type Write } from '../step.ts'
import { createAuthorities, rotateAuthorities } from './authorities.ts'
import { createRequests, signCertificates } from './issue.ts'
import { grantAgain } from './grant-again.ts'
import { offerEncryption } from './offer-encryption.ts'
import { publishAnswer } from './publish-answer.ts'

export interface Published {
  /** What kept single writes from being made. */
  readonly conditions: readonly Condition[]
  /** `false`: this unit was the leader and is it no more; what only the leader may was left to the next one. */
  readonly leads: boolean
}

/** What a unit tells of itself, whoever leads. */
const ownWrites: ReadonlySet<Write['kind']> = new Set(['peer-unit/write', 'port/open', 'version/set'])

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
    else if (outcome === 'again') again.add(write.kind === 'answer/publish' ? write.answer.relation : -1)
    else if (outcome) conditions.push(outcome)
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
    return (await doWrite(charm, observed, write)) === 'again' ? 'again' : undefined
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

async function doWrite(charm: Charm, observed: Observed, write: Write): Promise<unknown> {
  const { juju } = charm
  switch (write.kind) {
    case 'founding/write':
      return writeForAll(charm, printFounding(write.founding))
    case 'options/write':
      return writeForAll(charm, printOptions(write.options))
    case 'authorities/create': {
      const { bundles, rotation } = await createAuthorities(charm, write)
      return writeForAll(charm, printAuthorities(bundles, rotation))
    }
    case 'authorities/rotate': {
      const trusted = observed.peers?.application.authorities
      const { bundles, rotation } = await rotateAuthorities(charm, write.to, trusted)
      return writeForAll(charm, printAuthorities(bundles, rotation))
    }
    case 'client-cas/write':
      return writeForAll(charm, printClientCas(write.clientCas))
    case 'certificates/sign':
      return writeForAll(charm, await signCertificates(charm, observed, write.unit, write.names))
    case 'peer-unit/write': {
      const { relation, current } = await ownDatabag(charm)
      const renewed = write.renew ? await createRequests() : {}
      await juju.writeUnitBag(relation, current, printPeerUnit({ ...write.unit, ...renewed }))
      return
    }
    case 'encryption/offer':
      return offerEncryption(charm, write.relation)
    case 'secrets/grant':
      return grantAgain(charm, write)
    case 'answer/publish':
      return publishAnswer(charm, write.answer)
    case 'ledger/write': {
      const ended = Object.keys(await databagForAll(charm))
        .filter(isLedgerKey)
        .map((name) => [name, undefined] as const)
      return writeForAll(charm, { ...Object.fromEntries(ended), ...printLedger(write.ledger) })
    }
    case 'secrets/collect':
      for (const key of write.requests)
        await collectSecrets(charm, [
          ...secretLabels(key),
          ...(key.request === '' ? [encryptionLabel(key.relation)] : []),
        ])
      return
    case 'port/open':
      return juju.openPort(write.port)
    case 'version/set':
      return juju.setApplicationVersion(write.version)
    default:
      return write satisfies never
  }
}

async function collectSecrets({ juju }: Charm, labels: readonly string[]): Promise<void> {
  for (const label of labels) {
    const info = await juju.secretInfo({ label })
    if (info) await juju.removeSecret(info.uri)
  }
}

async function peerRelation({ juju }: Charm): Promise<RelationId> {
  const [relation] = await juju.relationIds('etcd-peers')
  if (relation === undefined)
    throw new Error('the peer relation is gone; a plan without peers must not write to them')
  return relation
}

async function databagForAll(charm: Charm): Promise<Databag> {
  return charm.juju.readAppBag(await peerRelation(charm), charm.context.app)
}

async function ownDatabag(charm: Charm): Promise<{ relation: RelationId; current: Databag }> {
  const relation = await peerRelation(charm)
  return { relation, current: await charm.juju.readUnitBag(relation, charm.context.unit) }
}

async function writeForAll(
  charm: Charm,
  wanted: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  await charm.juju.writeAppBag(await peerRelation(charm), await databagForAll(charm), wanted)
}
