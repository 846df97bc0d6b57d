// A client in another model, and what one needs to see of it from outside.

import assert from 'node:assert/strict'
import { type Client, connect, responsesIn } from './client.ts'
import { untilServed } from './deployments.ts'
import type { CharmName, StoryModel, Values } from './driver.ts'

export interface Across {
  readonly provider: StoryModel
  readonly consumer: StoryModel
  /** The relation's id in the provider's model, and in the consumer's. */
  readonly there: number
  readonly here: number
}

export interface Consumer {
  readonly charm: CharmName
  readonly config?: Values
}

/** etcd here, a consumer `web` in another model, related; the consumer calls the offer `etcd`, too. */
export async function relateAcross(provider: StoryModel, what: Consumer): Promise<Across> {
  const consumer = await provider.another()
  await provider.deploy('etcd', { charm: 'etcd' })
  await consumer.deploy('web', what)
  await provider.settle()
  const across = await consumeOffer(provider, consumer)
  await untilServed(consumer, ['web'])
  return across
}

export async function consumeOffer(provider: StoryModel, consumer: StoryModel): Promise<Across> {
  await consumer.consume(await provider.offer('etcd:etcd-client'), 'etcd')
  const here = await consumer.integrate('etcd', 'web:etcd')
  let there = -1
  await provider.until('the offering side has a relation with another model', async () => {
    const relations = await provider.relations('etcd')
    there = relations.find(({ crossModel }) => crossModel)?.id ?? -1
    const listed = relations.map(({ id, endpoint }) => `${endpoint}:${id}`).join(', ')
    return there >= 0 || `etcd has relations ${listed || 'of no kind'}`
  })
  return { provider, consumer, there, here }
}

/** With what the consumer was given; it goes on after the relation has ended. */
export async function connectAcross({ provider, consumer, here }: Across): Promise<Client> {
  const [answer = {}] = responsesIn(await consumer.databag(here, 'etcd'))
  const label = `etcd.${here}.key`
  const own = (await consumer.secrets()).find((secret) => secret.label === label)
  const { certificate = '', 'private-key': privateKey = '' } = await consumer.secretContent(own?.id ?? '')
  const told = await provider.secretContent(answer['secret-tls'] ?? '')
  return connect(await provider.secretContent(answer['secret-user'] ?? ''), {
    rootCertificate: Buffer.from(told['tls-ca'] ?? ''),
    certChain: Buffer.from(certificate),
    privateKey: Buffer.from(privateKey),
  })
}

/** What the requirer's leader sends in place of a secret: the certificate as it stands in its databag. */
export async function certificateSent({ consumer, here }: Across): Promise<string> {
  const asked = await consumer.databag(here, 'web')
  const [first = asked] = asked.version === 'v1' ? JSON.parse(asked.requests ?? '[]') : [asked]
  return first['mtls-cert'] ?? ''
}

export async function assertQuiet(across: Across): Promise<void> {
  for (const model of [across.provider, across.consumer]) assert.deepEqual(await model.failedHooks(), [])
}

async function put(model: StoryModel, key: string): Promise<string> {
  const { status, message } = await model.runAction('web/leader', 'put', { key, value: 'one' })
  return `${status} ${message}`.trim()
}

/** `web` over `/web/` reads and writes there, and nowhere else. */
export async function assertWorks(model: StoryModel): Promise<void> {
  assert.match(await put(model, '/web/a'), /^completed/)
  assert.match(await put(model, '/webb'), /failed .*permission denied/)
}

/** The relation is removed while it is suspended: 3.6 shows that to the charm, and in 4.0 the operator has to say so. */
export async function removeSuspended({ provider, there }: Across, name: string): Promise<void> {
  await provider.removeRelation(there)
  await provider.updateStatus()
  if (provider.profile === '3.6') return
  const params = { 'common-name': name, confirm: true }
  const { status, message } = await provider.runAction('etcd/leader', 'revoke-client', params)
  assert.equal(status, 'completed', message)
  await provider.updateStatus()
}
