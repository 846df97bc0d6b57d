// What requirers were given, as Juju holds it: our databag in each relation, and the secrets with whom they are granted to. The ledger says
// what it should be; an operator, a migration or a fault of Juju's may have made it otherwise (design §3.12).

import type { Ledger } from '../../interfaces/ledger.ts'
import type { RelationId } from '../../juju/index.ts'
import { aFewAtATime } from '../a-few-at-a-time.ts'
import type { Charm } from '../charm.ts'
import { lookAtOwn } from './own-secrets.ts'
import type { GivenSeen, SecretSeen } from '../observed.ts'
import { relationsToCompare } from '../plan/clients/relations-to-sweep.ts'
import { encryptionLabel, secretLabels } from '../plan/clients/secret-labels.ts'
import { unlessDenied } from './unless-denied.ts'

/** Sweeps that come often, and with which nothing else comes that may have changed what is there. */
const often: ReadonlySet<string> = new Set(['update-status', 'config-changed', 'start'])

/** Of relations that were answered and have not ended, without those that Juju does not show in this hook. */
export async function observeGiven(
  charm: Charm,
  ledger: Ledger,
  ended: ReadonlySet<number>,
): Promise<ReadonlyMap<number, GivenSeen>> {
  const byTurns = often.has(charm.context.hook.name)
  const listed = (await charm.juju.relationIds('etcd-client')).filter((id) => !ended.has(id))
  const compared = relationsToCompare(ledger, listed, { byTurns, now: charm.now })
  return aFewSeen(compared, async (id) => {
    const relation = charm.juju.relationId(id)
    const seen = await unlessDenied(charm, relation, lookAt(charm, ledger, relation))
    return seen === 'denied' ? undefined : seen
  })
}

async function lookAt(charm: Charm, ledger: Ledger, relation: RelationId): Promise<GivenSeen> {
  const { context, juju } = charm
  const acrossModels = ledger.crossModel.has(relation)
  const labels = [...ledger.entries.values()].flatMap(({ key, entry }) =>
    key.relation === relation && entry.answeredAs !== undefined ? secretLabels(key) : [],
  )
  if (acrossModels) labels.push(encryptionLabel(relation))
  const [databag, secrets] = await Promise.all([
    juju.readAppBag(relation, context.app),
    aFewSeen(labels, (label) => lookAtSecret(charm, label, acrossModels)),
  ])
  return { databag, secrets }
}

/** Those that there are, in the order in which they were asked for. */
async function aFewSeen<Name, Seen>(
  names: readonly Name[],
  look: (name: Name) => Promise<Seen | undefined>,
): Promise<ReadonlyMap<Name, Seen>> {
  const rows = await aFewAtATime(names, async (name) => ({ name, seen: await look(name) }))
  return new Map(rows.flatMap(({ name, seen }) => (seen === undefined ? [] : [[name, seen] as const])))
}

async function lookAtSecret(
  charm: Charm,
  label: string,
  acrossModels: boolean,
): Promise<SecretSeen | undefined> {
  const found = await lookAtOwn(charm, label)
  if (!found) return undefined
  const { uri, access, digests } = found
  // Juju 4.0 does not show an owner whom in another model it granted a secret.
  const shown = access.length > 0 || !acrossModels || charm.context.jujuVersion.startsWith('3.')
  return { uri, granted: shown ? access.length > 0 : undefined, digests }
}
