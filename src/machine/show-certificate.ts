// Whether Go's TLS, which etcd and most of its clients have, takes a certificate that a server shows. It goes by rules that others do not
// look at: what an authority may sign names for, how long its chain may be, extensions that it does not know. So etcdctl connects to a
// listener that shows it, on this machine, and the handshake is the verdict.

import { once } from 'node:events'
import type { Server } from 'node:tls'
import { plainText } from '../plain-text.ts'
import { url } from './network.ts'
import { CommandFailed, run } from './process.ts'

export interface ToShow {
  readonly etcdctl: string
  /** One of this machine's, which the certificate names. */
  readonly address: string
  /** PEM, the leaf first. */
  readonly chain: string
  readonly privateKey: string
  /** Of a file with the root. */
  readonly rootPath: string
}

export type Shown = { readonly kind: 'taken' } | { readonly kind: 'fails'; readonly reason: string }

export async function showCertificate(to: ToShow): Promise<Shown> {
  const { createServer } = await import('node:tls')
  const listener = createServer({ cert: to.chain, key: to.privateKey })
  try {
    listener.listen(0, to.address)
    await once(listener, 'listening')
    return await connectTo(listener, to)
  } catch (error) {
    return { kind: 'fails', reason: plainText(error instanceof Error ? error.message : String(error)) }
  } finally {
    listener.close()
  }
}

async function connectTo(listener: Server, { address, etcdctl, rootPath }: ToShow): Promise<Shown> {
  const at = listener.address()
  const port = at !== null && typeof at === 'object' ? at.port : 0
  const enough = new AbortController()
  let taken = false
  listener.on('tlsClientError', () => undefined)
  listener.on('secureConnection', (socket) => {
    taken = true
    socket.on('error', () => undefined).destroy()
    enough.abort()
  })
  const endpoint = url('https', address, port)
  const argv = [
    '--cacert',
    rootPath,
    '--endpoints',
    endpoint,
    '--command-timeout',
    '2s',
    'endpoint',
    'status',
  ]
  const said = await run(etcdctl, argv, { timeoutMs: 20_000, signal: enough.signal }).catch(
    (error: unknown) => {
      if (error instanceof CommandFailed) return error.stderr
      throw error
    },
  )
  return taken ? { kind: 'taken' } : { kind: 'fails', reason: plainText(reasonIn(said)) }
}

/** For a human alone. */
function reasonIn(said: string): string {
  return /x509: (?:[^"\\]|\\+[^nrt])+/.exec(said)?.[0] ?? 'the handshake fails'
}
