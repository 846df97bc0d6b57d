// The requirers of tests/requirers by one set of words, so that a story is told of each of them: TypeScript by v0 and v1, and the
// field's own library in Python.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { describeFailure, type HookRun, type Model, type Profile } from '../emulator/index.ts'
import { archives, credentialsOf, etcdctl, responsesOf } from './world.ts'

export interface Requirer {
  readonly name: string
  readonly archive: string
  /** The Juju that its life is told on; each line is somebody's. */
  readonly profile: Profile
  /** Why its stories can't be told here. */
  readonly skip: string | false
  /** The options beside prefix, common name and certificate, which all have. */
  readonly config: Readonly<Record<string, string | boolean>>
  /** Its library counts the events that it emits. */
  readonly counts: boolean
}

const pythonArchive = process.env.PYTHON_CHARM ?? ''
const unbuilt = 'SKIPPED: the Python requirer could not be built here; see above'

export const typescriptV0: Requirer = {
  name: 'TypeScript, v0',
  archive: archives.client,
  profile: '3.6',
  skip: false,
  config: { request: 'v0', 'keep-certificate': true },
  counts: false,
}

export const typescriptV1: Requirer = {
  name: 'TypeScript, v1',
  archive: archives.client,
  profile: '4.0',
  skip: false,
  config: { request: 'v1', 'keep-certificate': true },
  counts: false,
}

export const python: Requirer = {
  name: 'dpcharmlibs-interfaces, v1',
  archive: pythonArchive,
  profile: '4.0',
  skip: existsSync(pythonArchive) ? false : unbuilt,
  config: { request: 'v1', etcdctl: '/opt/etcd-of-the-emulator/etcdctl' },
  counts: true,
}

export const requirers: readonly Requirer[] = [typescriptV0, typescriptV1, python]

/** One of another make, beside TypeScript by v0: Python where it could be built. */
export const another = python.skip ? typescriptV1 : python

/** Applications that ask for `/<name>/` with that common name, unless told otherwise. */
export async function deployRequirer(
  model: Model,
  of: Requirer,
  name: string,
  config: Readonly<Record<string, string>> = {},
): Promise<void> {
  const wishes = { prefix: `/${name}/`, 'common-name': name, ...of.config, ...config }
  await model.deploy(name, { archive: of.archive, config: wishes })
}

/** A wish for another certificate: the TypeScript requirer that keeps its own is asked for it by action. */
export async function wish(
  model: Model,
  of: Requirer,
  name: string,
  config: Record<string, string>,
): Promise<void> {
  model.config(name, config)
  if (of.counts) await model.settle()
  else await model.runAction(`${name}/0`, 'rotate')
}

/** How often the library told of each event since it was last asked; nothing where it does not count. */
export async function eventsOf(
  model: Model,
  of: Requirer,
  unit: string,
): Promise<Readonly<Record<string, string>>> {
  return of.counts ? { ...(await model.runAction(unit, 'events')).results } : {}
}

type Content = Readonly<Record<string, string>>

/** By the URI in any of its forms. */
export function secretAt(model: Model, uri: string | undefined) {
  const secret = [...model.tables.secrets.values()].find((row) => uri?.endsWith(row.id))
  const content: Content = secret?.revisions.get(secret.latest) ?? {}
  return { id: secret?.id, revision: secret?.latest, content }
}

/** Names of the users that the requirer was told, in their order. */
export function usernamesOf(model: Model, relation: number): readonly string[] {
  return responsesOf(model, relation)
    .map((response) => secretAt(model, response['secret-user']).content.username ?? '')
    .sort()
}

/** What an answer has to have, whatever the protocol. */
export function assertComplete(model: Model, relation: number): void {
  const responses = responsesOf(model, relation)
  assert.ok(responses.length > 0, 'no answer')
  const { version, data } = model.databag(relation, 'etcd')
  for (const response of responses) {
    assert.match(response.endpoints ?? '', /^[0-9.]+:2379(,[0-9.]+:2379)*$/)
    assert.equal(response.endpoints, response.endpoints?.split(',').sort().join(','))
    assert.match(response.version ?? '', /^3\.\d+\.\d+$/)
    const { content: user } = secretAt(model, response['secret-user'])
    const { content: tls } = secretAt(model, response['secret-tls'])
    assert.equal(user.uris, response.endpoints?.replace(/[0-9.]+:2379/g, 'https://$&'))
    assert.match(tls['tls-ca'] ?? '', /^-----BEGIN CERTIFICATE-----/)
    if (version === 'v1')
      assert.ok(response['request-id'] && response['request-id'] in JSON.parse(data ?? ''))
    assert.equal(tls.tls, version === 'v1' ? 'true' : 'True')
  }
}

/** Fingerprints of the certificates in a unit's truststore. */
export async function truststoreOf(model: Model, unit: string): Promise<readonly string[]> {
  const path = '/var/snap/charmed-etcd/common/tls/client-ca.pem'
  const { stdout } = await model.unit(unit).host.run(['cat', path])
  const blocks = stdout.match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  return blocks.map((block) => new X509Certificate(block).fingerprint256)
}

export function fingerprintOf(model: Model, relation: number, app: string): string {
  return new X509Certificate(credentialsOf(model, relation, app).certChain).fingerprint256
}

/** The permissions of a role, as etcd tells them. */
export async function permissionsOf(
  model: Model,
  role: string,
): Promise<readonly (readonly [type: number, key: string, end: string])[]> {
  const { perm } = JSON.parse(await etcdctl(model.unit('etcd/0').host, '-w', 'json', 'role', 'get', role))
  const text = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString()
  return (perm ?? []).map((row: { permType: number; key: string; range_end?: string }) => [
    row.permType,
    text(row.key),
    text(row.range_end),
  ])
}

export function assertNoHookFailed(model: Model): void {
  const failed = model.tables.journal.filter((run: HookRun) => run.exit !== 0)
  assert.deepEqual(failed.map(describeFailure), [])
}

/** So many hooks without rest are a charm that never settles. */
const restless = 1000

/** Runs hooks until nobody has any, and looks after each; one that fails is an error at once. */
export async function watch(
  model: Model,
  look: (run: HookRun) => Promise<void>,
): Promise<readonly HookRun[]> {
  const runs: HookRun[] = []
  for (let run = await model.runOne(); run; run = await model.runOne()) {
    runs.push(run)
    assert.equal(run.exit, 0, describeFailure(run))
    assert.ok(
      runs.length < restless,
      `no rest after ${restless} hooks; the last was ${run.hook} of ${run.unit}`,
    )
    await look(run)
  }
  return runs
}
