// What requirers write to a provider in another model (facts/etcd-client.md §2.4): no secret of theirs can be shared, so they take up the
// provider's key, echo its URI, and send the certificate encrypted.

import { randomBytes } from 'node:crypto'
import { computeRequestId } from '../../../../src/interfaces/etcd-client.ts'
import {
  type Databag,
  NotAllowed,
  NotFound,
  type RelationId,
  type SecretContent,
} from '../../../../src/juju/index.ts'
import { isKind, makeCertificate } from '../../../fixtures/certificates.ts'
import type { Requirer } from './ask.ts'
import { encrypt } from './encrypt.ts'

/** `renew` makes a new certificate; `resend` encrypts the one of now again. */
export interface How {
  readonly renew?: boolean
  readonly resend?: boolean
}

export async function askAcross(
  requirer: Requirer,
  id: RelationId,
  { renew = false, resend = false }: How = {},
): Promise<void> {
  const { juju, app } = requirer
  const own = await juju.readAppBag(id, app)
  const provider = await juju.readAppBag(id, await juju.remoteApp(id))
  const { request, prefix, encryption } = await juju.readConfig()
  const uri = provider['encryption-secret']
  const fresh = uri !== undefined && own['encryption-secret'] === undefined
  if (fresh) refuseEarlyAnswer(provider)
  const shared = uri === undefined ? {} : await readShared(requirer, uri)
  // Over a relation that is suspended nothing can be read: it waits for a hook of the relation that was resumed.
  if (!shared) return
  const key = shared['encryption-key']
  const seal = async (at: number): Promise<string | undefined> => {
    const certificate = await certificateOf(requirer, id, at, renew)
    if (!key) return certificate
    return certificate && encrypt(encryption === 'other-key' ? anyKey() : key, certificate)
  }
  const sent = renew || resend || fresh ? undefined : own
  const echo = fresh ? { 'encryption-secret': uri } : {}
  if (request === 'v1') {
    const requests = await printRequests(String(prefix ?? ''), sent, key ? seal : undefined)
    await juju.writeAppBag(id, own, { ...echo, version: 'v1', requests })
    return
  }
  const certificate = sent?.['mtls-cert'] ?? (await seal(0))
  const requested = JSON.stringify(['username', 'tls', 'tls-ca', 'uris'])
  await juju.writeAppBag(id, own, {
    ...echo,
    'requested-secrets': requested,
    prefix: String(prefix ?? ''),
    'mtls-cert': certificate,
  })
}

async function readShared({ juju }: Requirer, uri: string): Promise<SecretContent | undefined> {
  try {
    return await juju.readSecret({ uri }, { refresh: true })
  } catch (error) {
    // Where the offer was dropped, Juju 4.0 knows its application no more.
    if (error instanceof NotAllowed || error instanceof NotFound) return undefined
    throw error
  }
}

/** The field's v0 library overlooks for ever what comes in the same change as the key, and v1's takes no key once it has a response. */
function refuseEarlyAnswer(provider: Databag): void {
  const early = Object.keys(provider).filter((name) => name !== 'encryption-secret')
  if (early.length > 0) throw new Error(`these came with the key and are overlooked: ${early.join(', ')}`)
}

function anyKey(): string {
  return randomBytes(32).toString('base64url')
}

/** The field's library makes new ids when it takes up the key; what was sent stays, as each encryption would be another text. */
async function printRequests(
  prefix: string,
  sent: Databag | undefined,
  seal: ((at: number) => Promise<string | undefined>) | undefined,
): Promise<string> {
  if (sent?.requests) return sent.requests
  const rows = []
  for (const [at, resource] of prefix.split(',').entries()) {
    const salt = seal ? `sealed-${at}` : `salt-${at}`
    const certificate = (await seal?.(at)) ?? null
    const request = computeRequestId(resource, salt)
    rows.push({ resource, 'request-id': request, salt, 'secret-mtls': null, 'mtls-cert': certificate })
  }
  return JSON.stringify(rows)
}

/** Kept in a secret of its own, with the key; `undefined` where the options say that there is none. */
async function certificateOf(
  { juju, app }: Requirer,
  id: RelationId,
  at: number,
  renew: boolean,
): Promise<string | undefined> {
  const label = at === 0 ? `etcd.${id}.key` : `etcd.${id}.${at}.key`
  const known = await juju.secretInfo({ label })
  if (known && !renew) return (await juju.readSecret({ uri: known.uri }, { peek: true })).certificate
  const config = await juju.readConfig()
  const kind = String(config.certificate ?? 'good')
  if (!isKind(kind)) throw new TypeError(`option certificate: ${kind} is no kind of certificate`)
  if (kind === 'none') return undefined
  const name = String(config['common-name'] ?? '') || app
  const { certificate, privateKey } = await makeCertificate(at ? `${name}-${at}` : name, kind)
  const content = { certificate, 'private-key': privateKey || 'none' }
  await juju.putSecret({ label, owner: 'application', content })
  return certificate
}
