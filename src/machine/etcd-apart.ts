// An etcd apart from the one that serves: on loopback, on data of its own, for those who hold a certificate of the authority that it is
// told. It ends with the process that began it, however that ends.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { exists } from './file.ts'
import { url } from './network.ts'
import { CommandMissing } from './process.ts'
import { lookUpUser } from './user.ts'
import type { Workload } from './workload.ts'

export interface ToRun {
  readonly workload: Workload
  readonly dataDir: string
  readonly name: string
  /** In which is the authority of those whom it lets in: a file that etcd's user can read. */
  readonly truststore: string
}

export interface EtcdApart extends AsyncDisposable {
  readonly endpoint: string
  /** How it ended; `undefined` while it runs. */
  readonly ended: EndApart | undefined
}

export interface EndApart {
  /** In words: `exited with 2`, `was ended by SIGKILL`. */
  readonly how: string
  /** And not by a signal, as the kernel's where memory is short. */
  readonly byItself: boolean
  /** The last that it wrote to its standard error, 4000 characters at most. */
  readonly said: string
}

/** It takes what it finds: whether that fits the quota is for others to say. */
const quota = 107_374_182_400

export async function startEtcdApart(to: ToRun): Promise<EtcdApart> {
  const [client, peer] = await findFreePorts(2)
  const endpoint = url('https', '127.0.0.1', client ?? 0)
  const program = await findEtcd(to.workload)
  const argv = [...(await asItsUser(to.workload)), program, ...options(to, endpoint, peer ?? 0)]
  const child = spawn('setpriv', argv, { stdio: ['ignore', 'ignore', 'pipe'], env: {} })
  let [said, ended]: [string, EndApart | undefined] = ['', undefined]
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-4000)
  })
  const gone = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      ended = { how: `could not be run: ${error.message}`, byItself: false, said }
      resolve()
    })
    // Not at its exit: what it said last may still be on its way then.
    child.once('close', (code, signal) => {
      ended ??= {
        how: signal === null ? `exited with ${code}` : `was ended by ${signal}`,
        byItself: signal === null,
        said,
      }
      resolve()
    })
  })
  return {
    endpoint,
    get ended() {
      return ended
    },
    async [Symbol.asyncDispose]() {
      if (ended === undefined) child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), stopsWithin)
      await gone
      clearTimeout(late)
    },
  }
}

const stopsWithin = 30_000

/** A kernel's promise: it dies with us, where we are killed. */
async function asItsUser({ user }: Workload): Promise<readonly string[]> {
  const owner = await lookUpUser(user)
  const other = owner !== undefined && owner.uid !== process.getuid?.()
  const identity = other ? [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'] : []
  return ['--pdeathsig=KILL', ...identity, '--']
}

function options({ workload, dataDir, name, truststore }: ToRun, endpoint: string, peer: number) {
  const { tls } = workload.paths
  const peerUrl = url('https', '127.0.0.1', peer)
  return Object.entries({
    name,
    'data-dir': dataDir,
    'listen-client-urls': endpoint,
    'advertise-client-urls': endpoint,
    'cert-file': `${tls}/server.crt`,
    'key-file': `${tls}/server.key`,
    'client-cert-auth': 'true',
    'trusted-ca-file': truststore,
    'listen-peer-urls': peerUrl,
    'initial-advertise-peer-urls': peerUrl,
    'initial-cluster': `${name}=${peerUrl}`,
    'peer-cert-file': `${tls}/peer.crt`,
    'peer-key-file': `${tls}/peer.key`,
    'peer-client-cert-auth': 'true',
    'peer-trusted-ca-file': `${tls}/peer-ca.pem`,
    'quota-backend-bytes': String(quota),
    // Alone, it waits for nobody's vote.
    'heartbeat-interval': '10',
    'election-timeout': '100',
    'log-level': 'warn',
    'log-outputs': 'stderr',
    'enable-grpc-gateway': 'false',
  }).map(([option, value]) => `--${option}=${value}`)
}

/** Beside its tools, or where the snap has it. */
async function findEtcd({ kind, paths }: Workload): Promise<string> {
  if (kind === 'binaries') return join(dirname(paths.etcdctl), 'etcd')
  const places = ['bin/etcd', 'usr/bin/etcd', 'etcd'].map((path) => `/snap/charmed-etcd/current/${path}`)
  for (const place of places) if (await exists(place)) return place
  throw new CommandMissing('etcd of the snap charmed-etcd')
}

async function findFreePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  await Promise.all(servers.map((server) => once(server.listen(0, '127.0.0.1'), 'listening')))
  const ports = servers.map((server) => {
    const address = server.address()
    return address !== null && typeof address === 'object' ? address.port : 0
  })
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}
