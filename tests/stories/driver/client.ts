// A client with what it was given, from outside of Juju: it goes on after the relation has ended.

import { Etcd3 } from 'etcd3'
import type { Bag, StoryModel } from './driver.ts'

export interface Client {
  readonly commonName: string
  readonly etcd: Etcd3
  put(key: string, value: string): Promise<void>
  get(key: string): Promise<string | null>
  close(): void
}

/** One response in v0, one for each request in v1. */
export function responsesIn(answer: Bag): readonly Bag[] {
  return answer.version === 'v1' ? JSON.parse(answer.requests ?? '[]') : [answer]
}

export async function responsesOf(
  model: StoryModel,
  relation: number,
  provider = 'etcd',
): Promise<readonly Bag[]> {
  return responsesIn(await model.databag(relation, provider))
}

/** The requirer's own key and certificate, and the authority that it was told. */
export async function credentialsOf(
  model: StoryModel,
  relation: number,
  app: string,
  nth = 0,
  provider = 'etcd',
) {
  // As the TypeScript requirer calls it, or the Python one.
  const labels = [nth === 0 ? `etcd.${relation}.key` : `etcd.${relation}.${nth}.key`, `key-${nth}`]
  const secret = (await model.secrets()).find((row) => row.owner === app && labels.includes(row.label))
  const own: Bag = secret ? await model.secretContent(secret.id) : {}
  const answer = (await responsesOf(model, relation, provider))[nth] ?? {}
  const told = await model.secretContent(answer['secret-tls'] ?? '')
  return {
    rootCertificate: Buffer.from(told['tls-ca'] ?? ''),
    certChain: Buffer.from(own.certificate ?? ''),
    privateKey: Buffer.from(own['private-key'] ?? ''),
  }
}

export async function connectAs(
  model: StoryModel,
  relation: number,
  app: string,
  nth = 0,
  provider = 'etcd',
): Promise<Client> {
  const answer = (await responsesOf(model, relation, provider))[nth]
  const user = await model.secretContent(answer?.['secret-user'] ?? '')
  return connect(user, await credentialsOf(model, relation, app, nth, provider))
}

export function connect(user: Bag, credentials: Awaited<ReturnType<typeof credentialsOf>>): Client {
  const etcd = new Etcd3({
    hosts: (user.uris ?? '').split(','),
    credentials,
    dialTimeout: 3000,
    defaultCallOptions: () => ({ deadline: Date.now() + 3000 }),
  })
  return {
    commonName: user.username ?? '',
    etcd,
    async put(key, value) {
      await etcd.put(key).value(value)
    },
    get: (key) => etcd.get(key).string(),
    close: () => etcd.close(),
  }
}

/** Ends with the client closed, whatever happens. */
export async function withClient(
  model: StoryModel,
  relation: number,
  app: string,
  use: (client: Client) => Promise<void>,
): Promise<void> {
  const client = await connectAs(model, relation, app)
  try {
    await use(client)
  } finally {
    client.close()
  }
}
