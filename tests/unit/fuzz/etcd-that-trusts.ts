// A real etcd whose truststore holds what it is given, and who gets in there: told by whether the server speaks after the handshake,
// since in TLS 1.3 a client hears of its certificate's refusal only then.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { readHealth } from '../../../src/etcd/health.ts'
import { hasEnded } from '../../fixtures/has-ended.ts'
import { createAuthority, issue } from '../etcd/certificates.ts'
import { binary, freePort } from '../etcd/etcd-server.ts'

export interface Shown {
  readonly certificate: string
  readonly privateKey: string
}

export interface TrustingEtcd {
  /** Why this certificate is no good there; `undefined` for who is let in. */
  whyNot(shown: Shown): Promise<string | undefined>
}

/** @throws with its log where it does not serve */
export async function whileTrusting(
  bundle: string,
  use: (etcd: TrustingEtcd) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'etcd-trusts-'))
  try {
    const server = issue(createAuthority(folder, 'ca'), 'server', { names: 'IP:127.0.0.1' })
    const trusted = join(folder, 'trusted.pem')
    await writeFile(trusted, bundle)
    const [port, peer, metrics] = [await freePort(), await freePort(), await freePort()]
    const [peerUrl, metricsUrl] = [`http://127.0.0.1:${peer}`, `http://127.0.0.1:${metrics}`]
    const client = `https://127.0.0.1:${port}`
    const args = [
      ...['--name', 'e', '--data-dir', join(folder, 'data'), '--initial-cluster', `e=${peerUrl}`],
      ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
      ...['--listen-client-urls', client, '--advertise-client-urls', client, '--client-cert-auth'],
      ...['--cert-file', server.certificatePath, '--key-file', server.keyPath, '--trusted-ca-file', trusted],
      ...['--listen-metrics-urls', metricsUrl, '--unsafe-no-fsync'],
    ]
    await using log = await open(join(folder, 'log'), 'w')
    const child = spawn(binary('etcd'), args, { stdio: ['ignore', log.fd, log.fd] })
    const exit = once(child, 'exit')
    try {
      while (!(await readHealth(metricsUrl)).healthy) {
        if (hasEnded(child))
          throw new Error(`etcd ended:\n${(await readFile(join(folder, 'log'), 'utf8')).slice(-2_000)}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      await use({ whyNot: (shown) => knock(port, shown) })
    } finally {
      child.kill('SIGKILL')
      await exit
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The preface of HTTP/2 and empty settings: whoever was let in is answered with the server's own. */
const preface = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
])

function knock(port: number, { certificate, privateKey }: Shown): Promise<string | undefined> {
  return new Promise((resolve) => {
    try {
      const socket = connect({
        ...{ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] },
        ...{ cert: certificate, key: privateKey },
      })
      const end = (why: string | undefined): void => {
        socket.destroy()
        resolve(why)
      }
      socket.once('secureConnect', () => socket.write(preface))
      socket.once('data', () => end(undefined))
      socket.once('error', (error) => end(error.message))
      socket.once('close', () => end('closed'))
      socket.setTimeout(10_000, () => end('no answer'))
    } catch (error) {
      // OpenSSL may refuse to show such a certificate at all.
      resolve(error instanceof Error ? error.message : String(error))
    }
  })
}
