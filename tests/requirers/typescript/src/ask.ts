// What a v0 requirer writes (facts/etcd-client.md §2.1): its leader asks, in the application's databag, by raw text and JSON text.

import type { AppName, Juju, RelationId, UnitName } from '../../../../src/juju/index.ts'
import { isKind, makeCertificate } from '../../../fixtures/certificates.ts'

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

/** Writes the request of each relation; what was asked before stays as it is. */
export async function ask({ juju, app, endpoint }: Requirer): Promise<void> {
  if (!(await juju.isLeader())) return
  const config = await juju.readConfig()
  if (config.request === 'none') return
  for (const id of await juju.relationIds(endpoint)) {
    const bag = await juju.readAppBag(id, app)
    await juju.writeAppBag(id, bag, {
      'requested-secrets': JSON.stringify(requested),
      'provided-secrets': JSON.stringify(['mtls-cert']),
      prefix: String(config.prefix ?? ''),
      'secret-mtls': keep(bag['secret-mtls']) ?? (await putCertificate(juju, app, id)),
    })
  }
}

const nowhere = 'secret:c000000000000000000g'

function keep(uri: string | undefined): string | undefined {
  return uri === nowhere ? undefined : uri
}

/** A new certificate in the same secret, by the options of now: the databag stays as it is. */
export async function rotate({ juju, app, endpoint }: Requirer): Promise<void> {
  if (!(await juju.isLeader())) return
  for (const id of await juju.relationIds(endpoint)) await putCertificate(juju, app, id)
}

async function putCertificate(juju: Juju, app: AppName, id: RelationId): Promise<string | undefined> {
  const config = await juju.readConfig()
  const kind = String(config.certificate ?? 'good')
  if (kind === 'not-found') return nowhere
  if (!isKind(kind)) throw new TypeError(`option certificate: ${kind} is no kind of certificate`)
  if (kind === 'none') return undefined
  const { certificate, privateKey } = await makeCertificate(String(config['common-name'] ?? '') || app, kind)
  const { uri } = await juju.putSecret({
    label: `etcd.${id}.mtls.secret`,
    owner: 'application',
    content: { 'mtls-cert': certificate },
    grantTo: kind === 'unreadable' ? [] : [id],
  })
  await juju.putSecret({
    label: `etcd.${id}.key`,
    owner: 'application',
    content: { certificate, 'private-key': privateKey || 'none' },
  })
  return uri
}
