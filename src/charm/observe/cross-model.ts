// Relations with applications of other models: whether one is, how far the two sides are with the key to encrypt by, and what has
// become of those that Juju shows no more (docs/adr/0025-end-of-access.md).

import { openCertificate, readEncryptionSecret } from '../../interfaces/etcd-client-encryption.ts'
import type { Opened } from '../../interfaces/fernet.ts'
import type { Ledger } from '../../interfaces/ledger.ts'
import {
  type AppName,
  type Databag,
  isConsumerProxy,
  type RelationId,
  sameSecret,
  unlessMissing,
} from '../../juju/index.ts'
import type { Charm } from '../charm.ts'
import type { CrossModelSeen } from '../observed.ts'
import { encryptionLabel } from '../plan/clients/secret-labels.ts'

/** `undefined` for an application of this model. */
export async function observeCrossModel(
  charm: Charm,
  relation: RelationId,
  application: AppName,
  requirer: Databag,
  ledger: Ledger,
): Promise<CrossModelSeen | undefined> {
  if (!(await isCrossModel(charm, relation, application, ledger))) return undefined
  const offered = readEncryptionSecret(await charm.juju.readAppBag(relation, charm.context.app))
  if (offered === undefined) return { encryption: 'absent', grantable: await mayGrant(charm, relation) }
  const echo = readEncryptionSecret(requirer)
  const echoed = echo !== undefined && sameSecret(echo, offered)
  return { encryption: echoed ? 'echoed' : 'offered', grantable: false }
}

/** The ledger remembers: Juju is asked about new relations only, and by new code, which may know better. */
async function isCrossModel(
  { context, juju }: Charm,
  relation: RelationId,
  application: AppName,
  ledger: Ledger,
): Promise<boolean> {
  if (ledger.crossModel.has(relation)) return true
  const known =
    ledger.silent.has(relation) || [...ledger.entries.values()].some(({ key }) => key.relation === relation)
  if (known && context.hook.name !== 'upgrade-charm') return false
  const model = await juju.remoteModel(relation)
  return model === undefined ? isConsumerProxy(application) : model !== context.model.uuid
}

/** A grant to a relation that ends fails the whole hook; one whose own hook runs, or that has units, is alive (as far as one can know). */
export async function mayGrant({ context: { hook }, juju }: Charm, relation: RelationId): Promise<boolean> {
  const comes = hook.kind === 'relation' && ['created', 'joined', 'changed'].includes(hook.event)
  if (comes && hook.relation === relation) return true
  return (await juju.relationUnits(relation)).length > 0
}

/** `undefined` where the key is gone: who was accepted by it stays, and a sweep offers another. */
export async function decryptCertificate(
  { juju }: Charm,
  relation: RelationId,
  sent: string,
): Promise<Opened | undefined> {
  const content = await unlessMissing(juju.readSecret({ label: encryptionLabel(relation) }, { peek: true }))
  return content && openCertificate(content, sent)
}

export interface Unseen {
  readonly suspended: ReadonlySet<number>
  /** Those of them over which Juju shows something granted. */
  readonly granted: ReadonlySet<number>
  readonly ended: ReadonlySet<number>
}

/** Of the relations that broke earlier, which may be suspended and which have ended; `shown` are those that Juju shows again. */
export async function observeUnseen(
  juju: Charm['juju'],
  ledger: Ledger,
  shown: ReadonlySet<number>,
): Promise<Unseen> {
  const [suspended, granted, ended] = [new Set<number>(), new Set<number>(), new Set<number>()]
  for (const [relation, state] of ledger.crossModel) {
    if (state !== 'suspended' || shown.has(relation)) continue
    const fate = await fateOfUnseen(juju, relation, ledger)
    ;(fate === 'ended' ? ended : suspended).add(relation)
    if (fate === 'granted') granted.add(relation)
  }
  return { suspended, granted, ended }
}

export type Fate = 'ended' | 'granted' | 'unknown'

/**
 * Juju names neither a suspended nor an ended relation to a unit whose relation-broken has run. 3.6 takes back what was granted over a
 * relation when, and only when, that relation is removed. 4.0 never shows what was granted to another model: so nothing means the end
 * only where something was shown before (docs/adr/0025-end-of-access.md).
 */
export async function fateOfUnseen(
  juju: Charm['juju'],
  relation: number,
  { suspensions }: Ledger,
): Promise<Fate> {
  const info = await juju.secretInfo({ label: encryptionLabel(relation) })
  if ((info?.access.length ?? 0) > 0) return 'granted'
  return suspensions.get(relation)?.shown === true ? 'ended' : 'unknown'
}

/**
 * What relation-broken means across models. Juju 4.0 goes on listing a relation that is being removed, and not one that is suspended; 3.6
 * lists neither.
 */
export async function fateOfBroken(juju: Charm['juju'], relation: RelationId, ledger: Ledger): Promise<Fate> {
  if (await juju.listsBreaking('etcd-client', relation)) return 'ended'
  return fateOfUnseen(juju, relation, ledger)
}
