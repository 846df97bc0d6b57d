// Whether a member lets its administrator in, by one handshake. With a truststore past 64 KiB of subjects etcd runs, is healthy by its own
// word, and breaks off every handshake before its own certificate is sent; with one that lacks the administrator's authority it knows
// nobody. Both are told apart from a member that is not there, and from one that refuses this very certificate.

import type { Credentials } from './types.ts'

export type Handshake =
  | { readonly kind: 'let-in' }
  /** By what it trusts: another certificate of the same authority would fare no better. */
  | { readonly kind: 'locked-out'; readonly words: string }
  /** Nobody listens: not yet, maybe. */
  | { readonly kind: 'absent' }
  /** Anything else, which no other truststore would mend. */
  | { readonly kind: 'failed'; readonly words: string }

/** One that is just ending breaks off, too: so it must do so each time. */
const tries = 3
const patienceMs = 2000

export async function shakeHands(endpoint: string, credentials: Credentials): Promise<Handshake> {
  for (let left = tries; ; left -= 1) {
    const handshake = await once(endpoint, credentials)
    if (handshake.kind !== 'locked-out' || left === 1) return handshake
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** etcd knows what it thinks of the certificate once it speaks HTTP/2. Nothing is asked, so nobody's certificate but ours matters. */
async function once(endpoint: string, { certificate, privateKey }: Credentials): Promise<Handshake> {
  const [{ connect }, { connect: secure }] = await Promise.all([import('node:http2'), import('node:tls')])
  const { promise, resolve } = Promise.withResolvers<Handshake>()
  const { hostname, port } = new URL(endpoint)
  const socket = secure({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port),
    cert: certificate,
    key: privateKey,
    ALPNProtocols: ['h2'],
    rejectUnauthorized: false,
  })
  let secured = false
  socket.once('secureConnect', () => {
    secured = true
  })
  const session = connect(endpoint, { createConnection: () => socket })
  const fail = (error?: Error): void => resolve(explain(error, secured))
  session.once('remoteSettings', () => resolve({ kind: 'let-in' }))
  session.on('error', fail).once('close', () => fail())
  socket.on('error', fail)
  const timer = setTimeout(() => resolve({ kind: 'failed', words: 'no answer in time' }), patienceMs)
  return promise.finally(() => {
    clearTimeout(timer)
    session.destroy()
    socket.destroy()
  })
}

function explain(error: Error | undefined, secured: boolean): Handshake {
  const words = error?.message ?? 'it closes the connection'
  const code = error && 'code' in error ? String(error.code) : ''
  if (code === 'ECONNREFUSED') return { kind: 'absent' }
  const brokenOff = !secured && code === 'ECONNRESET'
  return { kind: brokenOff || /UNKNOWN_CA/.test(code) ? 'locked-out' : 'failed', words }
}
