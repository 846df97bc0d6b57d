// Whether a member takes a certificate: by a handshake of one's own, which nothing retries and no client library explains away.

import { connect } from 'node:http2'

export interface Credentials {
  readonly rootCertificate: Buffer
  readonly certChain: Buffer
  readonly privateKey: Buffer
}

const patienceMs = 15_000

/** True where the member goes on to speak HTTP/2, false where either side's certificate is refused or nobody answers. */
export function accepts(address: string, of: Credentials): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const session = connect(`https://${address}:2379`, {
    ca: of.rootCertificate,
    cert: of.certChain,
    key: of.privateKey,
  })
  const timer = setTimeout(() => resolve(false), patienceMs)
  session.on('remoteSettings', () => resolve(true))
  session.on('error', () => resolve(false))
  session.on('close', () => resolve(false))
  return promise.finally(() => {
    clearTimeout(timer)
    session.destroy()
  })
}
