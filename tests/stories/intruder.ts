// A client whose charm sends whatever the story wants, and what etcd lets a certificate do: tried over mutual TLS with the
// client's own key, never read from files.

import assert from 'node:assert/strict'
import { noop } from 'cockatiel'
import { Etcd3 } from 'etcd3'
import type { Issued } from '../fixtures/issue-certificate.ts'
import { withClient } from './driver/client.ts'
import type { StoryModel, Values } from './driver/driver.ts'
import { workloadOn } from './driver/etcd-on-a-unit.ts'

/** etcd; `web`, a client in good faith with a key of its own; and `mallory`, whose charm sends what it is told. */
export async function deployIntruder(
  model: StoryModel,
  config: Values = {},
): Promise<{ readonly web: number; readonly mallory: number }> {
  await model.deploy('etcd', { charm: 'etcd' })
  await model.deploy('web', { charm: 'client', config: { prefix: '/web/' } })
  const asked = { prefix: '/mallory/', ...config }
  await model.deploy('mallory', { charm: 'client', config: asked })
  await model.settle()
  const web = await model.integrate('etcd:etcd-client', 'web:etcd')
  const mallory = await model.integrate('etcd:etcd-client', 'mallory:etcd')
  await model.settle()
  await assertServed(model, web, 'web')
  return { web, mallory }
}

/** A client in good faith reads and writes what is its own, over a new connection. */
export async function assertServed(model: StoryModel, relation: number, app: string): Promise<void> {
  await withClient(model, relation, app, async (client) => {
    await client.put(`/${app}/secret`, `of ${app}`)
    assert.equal(await client.get(`/${app}/secret`), `of ${app}`)
  })
}

/** Deployed, related and served; the relation's id. */
export async function assertNewcomerServed(model: StoryModel, name: string): Promise<number> {
  await model.deploy(name, { charm: 'client', config: { prefix: `/${name}/` } })
  await model.settle()
  const relation = await model.integrate('etcd:etcd-client', `${name}:etcd`)
  await model.settle()
  await model.updateStatus()
  await assertServed(model, relation, name)
  return relation
}

export type Credentials = Issued & {
  /** Shown behind the certificate, as who issued it. */
  readonly chain?: string
}

/** All that a client might want; what etcd lets it do comes back by these names. */
const attempts = {
  'read /web/': async (etcd) => await etcd.get('/web/secret'),
  'write /web/': async (etcd) => await etcd.put('/web/secret').value('stolen'),
  'read /mallory/': async (etcd) => await etcd.get('/mallory/a'),
  'write /mallory/': async (etcd) => await etcd.put('/mallory/a').value('1'),
  'read the lock': async (etcd) => await etcd.get('\0etcd-charm/restart'),
  'write the lock': async (etcd) => await etcd.put('\0etcd-charm/other').value('1'),
  'read everything': async (etcd) => await etcd.getAll().keys(),
  'list users': async (etcd) => await etcd.auth.userList(),
  'make a root': async (etcd) => await etcd.auth.userGrantRole({ user: 'mallory', role: 'root' }),
  'end access control': async (etcd) => await etcd.auth.authDisable(),
} as const satisfies Readonly<Record<string, (etcd: Etcd3) => Promise<unknown>>>

export type Attempt = keyof typeof attempts | 'connect'

/** The reach of a client that etcd trusts and that nobody gave a user. */
export const mere: readonly Attempt[] = ['connect']
/** The reach of a client that was accepted. */
export const own: readonly Attempt[] = ['connect', 'read /mallory/', 'write /mallory/']

/** What these credentials are good for at a unit's etcd, by trying all of it; nothing where etcd does not let them in. */
export async function reachOf(
  model: StoryModel,
  credentials: Credentials,
  unit = 'etcd/leader',
): Promise<readonly Attempt[]> {
  const etcd = await connectWith(model, credentials, unit)
  try {
    const reach: Attempt[] = []
    if (!(await isLetIn(etcd))) return reach
    reach.push('connect')
    for (const [name, attempt] of Object.entries(attempts)) {
      if (await succeeds(attempt(etcd))) reach.push(nameOf(name))
    }
    return reach
  } finally {
    etcd.close()
  }
}

/** Where a member listens, and by what it is known: asked once, for to ask a controller takes seconds. */
export interface Door {
  readonly address: string
  readonly authority: string
}

export async function doorOf(model: StoryModel, unit = 'etcd/leader'): Promise<Door> {
  return { address: (await model.unit(unit)).address, authority: await readServerAuthority(model, unit) }
}

export async function connectWith(
  model: StoryModel,
  credentials: Credentials,
  unit = 'etcd/leader',
): Promise<Etcd3> {
  return connectThrough(await doorOf(model, unit), credentials)
}

/** Without etcd3's circuit breaker, after whose first refusals all that follows would look refused, too. */
export function connectThrough(door: Door, { certificate, privateKey, chain = '' }: Credentials): Etcd3 {
  return new Etcd3({
    hosts: `https://${door.address}:2379`,
    credentials: {
      rootCertificate: Buffer.from(door.authority),
      certChain: Buffer.from(`${certificate.trim()}\n${chain.trim()}\n`),
      privateKey: Buffer.from(privateKey),
    },
    faultHandling: { host: () => noop, global: noop },
    dialTimeout: 3000,
    defaultCallOptions: () => ({ deadline: Date.now() + 3000 }),
  })
}

export async function readServerAuthority(model: StoryModel, unit = 'etcd/leader'): Promise<string> {
  const { paths } = await workloadOn(model, unit)
  return (await model.exec(unit, ['cat', `${paths.tls}/server-ca.pem`])).stdout
}

function nameOf(name: string): Attempt {
  const isAttempt = (text: string): text is Attempt => Object.hasOwn(attempts, text)
  assert.ok(isAttempt(name))
  return name
}

/** Let in is who gets an answer from etcd, be it a refusal. */
async function isLetIn(etcd: Etcd3): Promise<boolean> {
  try {
    await etcd.get('/nobody').string()
    return true
  } catch (error) {
    return /etcdserver|permission denied/i.test(String(error))
  }
}

export async function succeeds(attempt: Promise<unknown>): Promise<boolean> {
  try {
    await attempt
    return true
  } catch {
    return false
  }
}

/** Mallory's charm sends this from now on, and everybody has heard of it. */
export async function send(model: StoryModel, given: string, config: Values = {}): Promise<void> {
  await model.configure('mallory', { given, ...config })
  await model.settle()
}
