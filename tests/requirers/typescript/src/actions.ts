// put, get, rotate, resend and show: what a test or the demo asks of the client.

import { Etcd3 } from 'etcd3'
import * as z from 'zod/mini'
import { type Access, readAnswer } from './answer.ts'
import { type Requirer, resend, rotate } from './ask.ts'

const params = z.object({ key: z._default(z.string(), ''), value: z._default(z.string(), '') })

/** An action that can't do what it is asked fails with the class of the refusal, never with a key. */
export async function runAction(charm: Requirer, name: string): Promise<void> {
  const { juju } = charm
  if (name === 'rotate') return rotate(charm)
  if (name === 'resend') return resend(charm)
  const { relation, access, refusals } = await readAnswer(charm)
  if (name === 'show') {
    const { ca, ...shown } = access ?? {}
    return juju.actionSet({ ...shown, 'tls-ca': ca ? 'given' : 'none', refusals: refusals.join('; ') })
  }
  if (relation === undefined) return juju.actionFail('no relation')
  // What the client was once given is what a client without access tries with: the refusal is etcd's.
  const { key, value } = params.parse(await juju.tools.runJson('action-get', [], params))
  const credentials = await juju.readSecret({ label: `etcd.${relation}.key` }, { refresh: true })
  if (!access) return juju.actionFail('no access')
  const client = connect(access, credentials)
  try {
    if (name === 'put') await client.put(key).value(value)
    const found = await client.get(key).string()
    await juju.actionSet({ ok: 'true', value: found ?? '' })
  } catch (error) {
    await juju.actionFail(error instanceof Error ? error.message.slice(0, 200) : String(error))
  } finally {
    client.close()
  }
}

function connect({ uris, ca }: Access, own: Readonly<Record<string, string>>): Etcd3 {
  const certificate = own.certificate ?? ''
  const privateKey = own['private-key'] ?? ''
  return new Etcd3({
    hosts: uris.split(','),
    credentials: {
      rootCertificate: Buffer.from(ca),
      certChain: Buffer.from(certificate),
      privateKey: Buffer.from(privateKey),
    },
    dialTimeout: 5000,
    defaultCallOptions: () => ({ deadline: Date.now() + 5000 }),
  })
}
