// The line of releases that all members have agreed on: etcd goes by it, whatever each member's own release is. Not in the API of the client
// library, but each member tells it to whoever it lets in.

import * as z from 'zod/mini'
import type { Credentials } from './types.ts'

const schema = z.object({ etcdcluster: z.string() })
const patienceMs = 3000

/** As `3.5.0`; `undefined` where the member does not tell it now. */
export async function readClusterVersion(
  endpoint: string,
  { ca, certificate, privateKey }: Credentials,
): Promise<string | undefined> {
  const [https, { text }] = await Promise.all([import('node:https'), import('node:stream/consumers')])
  const tls = { ca, cert: certificate, key: privateKey }
  const options = { ...tls, agent: false, signal: AbortSignal.timeout(patienceMs) }
  try {
    const body = await new Promise<string>((resolve, reject) => {
      https
        .get(new URL('/version', endpoint), options, (response) => text(response).then(resolve, reject))
        .once('error', reject)
    })
    const { etcdcluster } = schema.parse(JSON.parse(body))
    // Before the first election it says `not_decided`.
    return /^3\.\d+\.\d+/.test(etcdcluster) ? etcdcluster : undefined
  } catch {
    return undefined
  }
}
