// The requirers of tests/requirers by one set of words, so that a story is told of each of them: TypeScript by v0 and v1, and the
// field's own libraries in Python, v0 and v1, as they are published.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HookRun } from '../emulator/index.ts'
import { archivePaths } from './driver/archives.ts'
import { credentialsOf, responsesOf } from './driver/client.ts'
import type { Bag, CharmName, Need, Profile, StoryModel, Values } from './driver/driver.ts'
import { emulatorOf, isEmulated } from './driver/emulator-of.ts'
import { etcdctl, workloadOn } from './driver/etcd-on-a-unit.ts'

export interface Requirer {
  readonly name: string
  readonly charm: CharmName
  /** The Juju that its life is told on, where there is a choice; each line is somebody's. */
  readonly profile: Profile
  /** What its stories need. */
  readonly needs: readonly Need[]
  /** The options beside prefix, common name and certificate, which all have. */
  readonly config: Values
  /** What its library tells the charm's author, where it is the field's own, which counts that. */
  readonly tells: Tells | undefined
}

/** The events, and how often each, by what happened. */
interface Tells {
  readonly nothingAsked: RegExp
  readonly created: Bag
  readonly renewed: Bag
  readonly renamed: Bag
  /** Since the name was another: two from an issuer, a good one, and a CA. */
  readonly refused: Bag
  readonly mended: Bag
  /** Of another member and another certificate authority. */
  readonly moved: Bag
  /** How the unit's databag keeps what was answered: by the request's id, or as it is. */
  readonly notes: 'by-request' | 'flat'
}

export const typescriptV0: Requirer = {
  name: 'TypeScript, v0',
  charm: 'client',
  profile: '3.6',
  needs: [],
  config: { request: 'v0', 'keep-certificate': true },
  tells: undefined,
}

export const typescriptV1: Requirer = {
  name: 'TypeScript, v1',
  charm: 'client',
  profile: '4.0',
  needs: [],
  config: { request: 'v1', 'keep-certificate': true },
  tells: undefined,
}

export const python: Requirer = {
  name: 'dpcharmlibs-interfaces, v1',
  charm: 'python',
  profile: '4.0',
  needs: ['python-requirer'],
  config: { request: 'v1' },
  tells: {
    nothingAsked: /no request/,
    created: { 'resource-created': '1' },
    renewed: {},
    renamed: { 'authentication-updated': '1' },
    refused: { 'status-raised': '1' },
    mended: { 'status-resolved': '1' },
    moved: { 'endpoints-changed': '1', 'authentication-updated': '1' },
    notes: 'by-request',
  },
}

export const pythonV0: Requirer = {
  ...python,
  name: 'data_interfaces, v0',
  profile: '3.6',
  config: { ...python.config, library: 'v0' },
  // It takes each revision of its own secret for an answer. While it asks for nothing, it is told that the certificate is missing.
  tells: {
    nothingAsked: /no client certificate/,
    created: { 'endpoints-changed': '1', 'etcd-ready': '1', 'status-raised': '1', 'status-resolved': '1' },
    renewed: { 'etcd-ready': '1' },
    renamed: { 'etcd-ready': '2' },
    refused: { 'etcd-ready': '4', 'status-raised': '1' },
    mended: { 'etcd-ready': '1', 'status-resolved': '1' },
    moved: { 'endpoints-changed': '1', 'etcd-ready': '1' },
    notes: 'flat',
  },
}

export const requirers: readonly Requirer[] = [typescriptV0, typescriptV1, python, pythonV0]

/** Those whose archives are here. */
export const packed = requirers.filter(({ charm }) => existsSync(archivePaths()[charm]))

/** One of another make, beside TypeScript by v0: Python where it could be built. */
export const another = packed.includes(python) ? python : typescriptV1

/** Applications that ask for `/<name>/` with that common name, unless told otherwise. */
export async function deployRequirer(
  model: StoryModel,
  of: Requirer,
  name: string,
  config: Values = {},
  units = 1,
): Promise<void> {
  const wishes = { prefix: `/${name}/`, 'common-name': name, ...of.config, ...config }
  await model.deploy(name, { charm: of.charm, units, config: wishes })
}

/** A wish for another certificate: the TypeScript requirer that keeps its own is asked for it by action. */
export async function wish(model: StoryModel, of: Requirer, name: string, config: Values): Promise<void> {
  await model.configure(name, config)
  if (!of.tells) await rotateOf(model, name)
  await model.settle()
}

async function rotateOf(model: StoryModel, name: string): Promise<void> {
  const { status, message } = await model.runAction(`${name}/leader`, 'rotate')
  assert.equal(status, 'completed', message)
}

/** How often the library told of each event since it was last asked; nothing where it does not count. */
export async function eventsOf(model: StoryModel, of: Requirer, unit: string): Promise<Bag> {
  return of.tells ? { ...(await model.runAction(unit, 'events')).results } : {}
}

export interface Read {
  readonly id: string | undefined
  readonly revision: number | undefined
  readonly content: Bag
}

/** By the URI in any of its forms. */
export async function secretAt(model: StoryModel, uri: string | undefined): Promise<Read> {
  const secret = (await model.secrets()).find(({ id }) => uri?.endsWith(id))
  const content = secret ? await model.secretContent(secret.id) : {}
  return { id: secret?.id, revision: secret?.revision, content }
}

/** Names of the users that the requirer was told, in their order. */
export async function usernamesOf(model: StoryModel, relation: number): Promise<readonly string[]> {
  const names: string[] = []
  for (const response of await responsesOf(model, relation))
    names.push((await secretAt(model, response['secret-user'])).content.username ?? '')
  return names.sort()
}

/** What an answer has to have, whatever the protocol. */
export async function assertComplete(model: StoryModel, relation: number): Promise<void> {
  const responses = await responsesOf(model, relation)
  assert.ok(responses.length > 0, 'no answer')
  const { version, data } = await model.databag(relation, 'etcd')
  for (const response of responses) {
    assert.match(response.endpoints ?? '', /^[0-9.]+:2379(,[0-9.]+:2379)*$/)
    assert.equal(response.endpoints, response.endpoints?.split(',').sort().join(','))
    assert.match(response.version ?? '', /^3\.\d+\.\d+$/)
    const { content: user } = await secretAt(model, response['secret-user'])
    const { content: tls } = await secretAt(model, response['secret-tls'])
    assert.equal(user.uris, response.endpoints?.replace(/[0-9.]+:2379/g, 'https://$&'))
    assert.match(tls['tls-ca'] ?? '', /^-----BEGIN CERTIFICATE-----/)
    if (version === 'v1')
      assert.ok(response['request-id'] && response['request-id'] in JSON.parse(data ?? ''))
    assert.equal(tls.tls, version === 'v1' ? 'true' : 'True')
  }
}

/** Fingerprints of the certificates in a unit's truststore. */
export async function truststoreOf(model: StoryModel, unit = 'etcd/leader'): Promise<readonly string[]> {
  const { paths } = await workloadOn(model, unit)
  const { stdout } = await model.exec(unit, ['cat', `${paths.tls}/client-ca.pem`])
  const blocks = stdout.match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  return blocks.map((block) => new X509Certificate(block).fingerprint256)
}

export async function fingerprintOf(model: StoryModel, relation: number, app: string): Promise<string> {
  return new X509Certificate((await credentialsOf(model, relation, app)).certChain).fingerprint256
}

/** The permissions of a role, as etcd tells them. */
export async function permissionsOf(
  model: StoryModel,
  role: string,
): Promise<readonly (readonly [type: number, key: string, end: string])[]> {
  const { perm } = JSON.parse(await etcdctl(model, 'etcd/leader', '-w', 'json', 'role', 'get', role))
  const text = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString()
  return (perm ?? []).map((row: { permType: number; key: string; range_end?: string }) => [
    row.permType,
    text(row.key),
    text(row.range_end),
  ])
}

/** So many hooks without rest are a charm that never settles. */
const restless = 1000

/**
 * Waits for rest and looks meanwhile: after each hook where they run one by one, and else again and again. A hook that fails is an error
 * at once. @returns the hooks that ran, where they can be seen
 */
export async function watch(
  model: StoryModel,
  look: (after: string) => Promise<void>,
): Promise<readonly HookRun[]> {
  if (!isEmulated(model)) return watchFromOutside(model, look)
  const emulator = emulatorOf(model)
  const runs: HookRun[] = []
  for (let run = await emulator.runOne(); run; run = await emulator.runOne()) {
    runs.push(run)
    const what = `${run.hook} of ${run.unit}`
    assert.equal(run.exit, 0, `${what}: ${run.stderr}`)
    assert.ok(runs.length < restless, `no rest after ${restless} hooks; the last was ${what}`)
    await look(`after ${what}`)
  }
  return runs
}

async function watchFromOutside(
  model: StoryModel,
  look: (after: string) => Promise<void>,
): Promise<readonly HookRun[]> {
  let over = false
  const settling = model.settle().finally(() => {
    over = true
  })
  settling.catch(() => {})
  while (!over) {
    await look('meanwhile')
    await sleep(500)
  }
  await settling
  await look('at rest')
  return []
}
