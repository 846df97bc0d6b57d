// A member as its peers see it, asked on raft's own listener: that one answers without a quorum, also after a start that waits for
// one, when clients are not served yet.

import * as z from 'zod/mini'
import { type Credentials, isMemberId, type Member, sortMembers } from './types.ts'

const schema = z.array(
  z.object({
    id: z.string(),
    name: z._default(z.string(), ''),
    peerURLs: z.array(z.string()),
    clientURLs: z._default(z.array(z.string()), []),
    isLearner: z._default(z.boolean(), false),
  }),
)

/** The members as the one behind this peer URL knows them, sorted by name; `undefined` where it does not answer. `credentials` are a peer's. */
export async function membersByPeer(
  peerUrl: string,
  credentials: Credentials,
  timeoutMs = 2000,
): Promise<readonly Member[] | undefined> {
  try {
    // Numbers of 64 bits: JSON's own would lose their last digits.
    const text = (await get(new URL('/members', peerUrl), credentials, timeoutMs)).replaceAll(
      /"id":(\d+)/g,
      '"id":"$1"',
    )
    const members = schema
      .parse(JSON.parse(text))
      .flatMap(({ id, name, peerURLs, clientURLs, isLearner }) => {
        const urls = { peerUrls: peerURLs.toSorted(), clientUrls: clientURLs.toSorted() }
        return isMemberId(id) ? [{ id, name, ...urls, learner: isLearner }] : []
      })
    return sortMembers(members)
  } catch {
    // Whatever the reason, it is not there as a peer.
    return undefined
  }
}

/**
 * Whether the member behind this peer URL closes a connection from here as soon as it has seen whose it is: so it does with a peer that
 * comes from an address which its certificate does not name. One that is away, or doesn't trust the certificate, is another matter.
 */
export async function closesOnUs(peerUrl: string, credentials: Credentials): Promise<boolean> {
  // A member that just stops does it as well, once.
  return (await closesOnce(peerUrl, credentials)) && (await closesOnce(peerUrl, credentials))
}

async function closesOnce(
  peerUrl: string,
  { ca, certificate, privateKey }: Credentials,
  timeoutMs = 2000,
): Promise<boolean> {
  const https = await import('node:https')
  const signal = AbortSignal.timeout(timeoutMs)
  const options = { agent: false, signal, ca, cert: certificate, key: privateKey }
  return new Promise((resolve) => {
    let stood = false
    const request = https.get(new URL('/members', peerUrl), options, (response) => {
      response.resume()
      resolve(false)
    })
    request.once('socket', (socket) => socket.once('secureConnect', () => (stood = true)))
    request.once('error', (error) => resolve(stood && 'code' in error && error.code === 'ECONNRESET'))
  })
}

async function get(
  url: URL,
  { ca, certificate, privateKey }: Credentials,
  timeoutMs: number,
): Promise<string> {
  const [https, { text }] = await Promise.all([import('node:https'), import('node:stream/consumers')])
  const signal = AbortSignal.timeout(timeoutMs)
  const options = { agent: false, signal, ca, cert: certificate, key: privateKey }
  return new Promise((resolve, reject) => {
    https.get(url, options, (response) => text(response).then(resolve, reject)).once('error', reject)
  })
}
