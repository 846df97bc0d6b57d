// Servers that are there and don't serve: one says nothing at all, one lets a request in and says nothing, one lets it in and hangs up.

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createSecureServer } from 'node:http2'
import { createServer, type Server } from 'node:net'
import { type Authority, issue } from './certificates.ts'

export interface SilentServer extends AsyncDisposable {
  readonly endpoint: string
}

/** Takes connections, and that is all. */
export function listenOnly(): Promise<SilentServer> {
  return serve(createServer(() => undefined))
}

/** Speaks TLS and HTTP/2, and lets every request wait. */
export function acceptOnly(authority: Authority): Promise<SilentServer> {
  return serve(createSecureServer(tlsOf(authority), () => undefined))
}

/** Speaks TLS and HTTP/2, and ends the connection when a request has come in. */
export function hangUp(authority: Authority): Promise<SilentServer> {
  return serve(createSecureServer(tlsOf(authority), (request) => request.stream.session?.destroy()))
}

function tlsOf(authority: Authority): { readonly cert: Buffer; readonly key: Buffer } {
  const { certificatePath, keyPath } = issue(authority, 'silent', { names: 'IP:127.0.0.1' })
  return { cert: readFileSync(certificatePath), key: readFileSync(keyPath) }
}

async function serve(server: Server): Promise<SilentServer> {
  const sockets = new Set<{ destroy(): void }>()
  server.on('connection', (socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('there is no free port')
  return {
    endpoint: `https://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
