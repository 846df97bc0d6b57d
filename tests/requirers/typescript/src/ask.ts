// What requirers write, v0 by flat keys and v1 by a list (facts/etcd-client.md §2): the leader asks, in the application's databag.

import * as z from 'zod/mini'
import { computeRequestId } from '../../../../src/interfaces/etcd-client.ts'
import type { AppName, Juju, RelationId, UnitName } from '../../../../src/juju/index.ts'
import { isKind, makeCertificate } from '../../../fixtures/certificates.ts'
import { askAcross } from './ask-across.ts'

export interface Requirer {
  readonly juju: Juju
  readonly model: string
  readonly app: AppName
  readonly unit: UnitName
  readonly endpoint: string
}

const requested = [
  'username',
  'password',
  'tls',
  'tls-ca',
  'uris',
  'read-only-uris',
  'entity-name',
  'entity-password',
]

/** Writes the request of each relation by the protocol of now; certificates that were shared before stay as they are. */
export async function ask(requirer: Requirer): Promise<void> {
  const { juju, app, endpoint, model } = requirer
  if (!(await juju.isLeader())) return
  const config = await juju.readConfig()
  if (config.request === 'none') return
  const prefix = String(config.prefix ?? '')
  for (const id of await juju.relationIds(endpoint)) {
    if ((await juju.remoteModel(id)) !== model) {
      await askAcross(requirer, id)
      continue
    }
    const bag = await juju.readAppBag(id, app)
    const instead = asIs(config)
    if (config.request === 'v1') {
      const requests = []
      for (const [at, resource] of prefix.split(',').entries())
        requests.push(await askV1(juju, app, id, at, resource, config.ids === 'all'))
      await juju.writeAppBag(id, bag, { version: 'v1', requests: JSON.stringify(requests), ...instead })
      continue
    }
    await juju.writeAppBag(id, bag, {
      version: undefined,
      requests: undefined,
      'requested-secrets': JSON.stringify(requested),
      'provided-secrets': JSON.stringify(['mtls-cert']),
      prefix,
      // One that is not to be written is not made either: at each new one Juju has a hook for its owner.
      'secret-mtls':
        instead['secret-mtls'] ?? keep(bag['secret-mtls']) ?? (await putCertificate(juju, app, id)),
      ...instead,
    })
  }
}

/** What the operator of a hostile client wants written instead. */
function asIs({ databag }: Awaited<ReturnType<Juju['readConfig']>>): Readonly<Record<string, string>> {
  return z.record(z.string(), z.string()).parse(JSON.parse(String(databag || '{}')))
}

/** One of the requests that the option `prefix` lists; the second and later have a user of their own, `<name>-1` and so on. */
async function askV1(
  juju: Juju,
  app: AppName,
  id: RelationId,
  at: number,
  resource: string,
  named: boolean,
): Promise<object> {
  const salt = `salt-${at}`
  const known = await juju.secretInfo({ label: `etcd.${id}.${at}.mtls.secret` })
  const uri = known
    ? known.uri
    : ((await shareAgain(juju, id, at)) ?? (await putCertificate(juju, app, id, at)))
  const [hash, nothing] = [computeRequestId(resource, salt), null]
  return {
    resource,
    // What charm code adds later has no id yet: the provider has to compute it.
    'request-id': at === 0 || named ? hash : nothing,
    salt,
    'extra-user-roles': nothing,
    'external-node-connectivity': false,
    'secret-mtls': uri ?? nothing,
  }
}

/** A charm that was upgraded from v0 keeps its certificate, and shares it in the secret of its first request. */
async function shareAgain(juju: Juju, id: RelationId, at: number): Promise<string | undefined> {
  const { 'keep-certificate': keeps } = await juju.readConfig()
  if (!keeps || at > 0 || !(await juju.secretInfo({ label: `etcd.${id}.key` }))) return undefined
  const { certificate = '' } = await juju.readSecret({ label: `etcd.${id}.key` }, { refresh: true })
  const secret = { label: `etcd.${id}.0.mtls.secret`, owner: 'application', grantTo: [id] } as const
  return (await juju.putSecret({ ...secret, content: { 'mtls-cert': certificate } })).uri
}

const nowhere = 'secret:c000000000000000000g'

function keep(uri: string | undefined): string | undefined {
  return uri === nowhere ? undefined : uri
}

/** A new certificate in the same secret, by the options of now: the databag stays as it is. */
export async function rotate(requirer: Requirer): Promise<void> {
  const { juju, app, endpoint, model } = requirer
  if (!(await juju.isLeader())) return
  const { request, prefix } = await juju.readConfig()
  for (const id of await juju.relationIds(endpoint)) {
    if ((await juju.remoteModel(id)) !== model) await askAcross(requirer, id, { renew: true })
    else if (request !== 'v1') await putCertificate(juju, app, id)
    else for (const at of String(prefix).split(',').keys()) await putCertificate(juju, app, id, at)
  }
}

/** In v0 `at` is absent: one request, one secret. */
async function putCertificate(
  juju: Juju,
  app: AppName,
  id: RelationId,
  at?: number,
): Promise<string | undefined> {
  const config = await juju.readConfig()
  const kind = String(config.certificate ?? 'good')
  if (kind === 'not-found') return nowhere
  if (!isKind(kind)) throw new TypeError(`option certificate: ${kind} is no kind of certificate`)
  if (kind === 'none') return undefined
  const name = String(config['common-name'] ?? '') || app
  const made = await makeCertificate(at ? `${name}-${at}` : name, kind)
  const { certificate, privateKey } = config.given
    ? { certificate: String(config.given), privateKey: '' }
    : made
  const label = at === undefined ? `etcd.${id}` : `etcd.${id}.${at}`
  const { uri } = await juju.putSecret({
    label: `${label}.mtls.secret`,
    owner: 'application',
    content: { 'mtls-cert': certificate },
    grantTo: kind === 'unreadable' ? [] : [id],
  })
  await juju.putSecret({
    label: at ? `${label}.key` : `etcd.${id}.key`,
    owner: 'application',
    content: { certificate, 'private-key': privateKey || 'none' },
  })
  return uri
}

/** The same certificate once more; across models that is another text. */
export async function resend(requirer: Requirer): Promise<void> {
  const { juju, endpoint, model } = requirer
  for (const id of await juju.relationIds(endpoint))
    if ((await juju.remoteModel(id)) !== model) await askAcross(requirer, id, { resend: true })
}
