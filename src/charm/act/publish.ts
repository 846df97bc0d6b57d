// Writes to Juju, after all steps: buffered by Juju and committed together when the hook exits 0.

import {
  printAuthorities,
  printClientCas,
  printFounding,
  printOptions,
  printPeerUnit,
} from '../../interfaces/etcd-peers.ts'
import { isLedgerKey, printLedger } from '../../interfaces/ledger.ts'
import type { Databag, RelationId } from '../../juju/index.ts'
import type { Charm } from '../charm.ts'
import type { Observed } from '../observed.ts'
import { encryptionLabel, secretLabels } from '../secret-labels.ts'
import { describeStep, type Write } from '../step.ts'
import { createAuthorities, rotateAuthorities } from './authorities.ts'
import { createRequests, signCertificates } from './issue.ts'
import { offerEncryption } from './offer-encryption.ts'
import { publishAnswer } from './publish-answer.ts'

export async function publish(charm: Charm, observed: Observed, writes: readonly Write[]): Promise<void> {
  for (const write of writes) {
    await charm.juju.log('INFO', describeStep(write))
    await doWrite(charm, observed, write)
  }
}

async function doWrite(charm: Charm, observed: Observed, write: Write): Promise<void> {
  const { juju } = charm
  switch (write.kind) {
    case 'founding/write':
      return writeForAll(charm, printFounding(write.founding))
    case 'options/write':
      return writeForAll(charm, printOptions(write.options))
    case 'authorities/create':
      return writeForAll(charm, printAuthorities(await createAuthorities(charm)))
    case 'authorities/rotate': {
      const bundles = await rotateAuthorities(charm, write.to)
      return writeForAll(charm, printAuthorities(bundles, write.to === 'finish' ? undefined : write.to))
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
