// A real etcd on loopback, with mutual TLS and the charm's own configuration file, for one test file at a time.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EtcdClient, openEtcd } from '../../../src/etcd/client.ts'
import { readHealth } from '../../../src/etcd/health.ts'
import type { Credentials } from '../../../src/etcd/types.ts'
import { type ConfigurationSettings, renderConfiguration } from '../../../src/machine/configuration.ts'
import { run } from '../../../src/machine/process.ts'
import { hasEnded } from '../../fixtures/has-ended.ts'
import { type Authority, createAuthority, credentialsOf, issue, revocationList } from './certificates.ts'

export interface EtcdServer extends AsyncDisposable {
  readonly endpoint: string
  readonly peerUrl: string
  readonly metricsUrl: string
  readonly folder: string
  readonly authority: Authority
  readonly peerAuthority: Authority
  readonly version: string
  credentials(commonName: string): Credentials
  /** A client as this user; root where none is named. */
  open(commonName?: string): Promise<EtcdClient>
  replaceRevocationList(serials: readonly string[]): Promise<void>
  log(): string
  signal(signal: NodeJS.Signals): void
  /** It is there and doesn't answer, from the return on. */
  standStill(): Promise<void>
}

export function binary(name: 'etcd' | 'etcdctl' | 'etcdutl'): string {
  const folder = process.env.ETCD_BIN_DIR ?? ''
  const path = join(folder, name)
  if (folder === '' || !existsSync(path)) {
    throw new Error(
      `there is no ${name} in ETCD_BIN_DIR; set it to a folder that has etcd, etcdctl and etcdutl`,
    )
  }
  return path
}

export async function etcdVersion(): Promise<string> {
  const version = /etcd Version: (\S+)/.exec(await run(binary('etcd'), ['--version']))?.[1]
  if (version === undefined) throw new Error('etcd does not tell its version')
  return version
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('there is no free port')
  return address.port
}

export async function startEtcd(changes: Partial<ConfigurationSettings> = {}): Promise<EtcdServer> {
  const folder = await mkdtemp(join(tmpdir(), 'etcd-test-'))
  const [clientPort, peerPort, metricsPort] = await Promise.all([freePort(), freePort(), freePort()])
  const urls = {
    endpoint: `https://127.0.0.1:${clientPort}`,
    peerUrl: `https://127.0.0.1:${peerPort}`,
    metricsUrl: `http://127.0.0.1:${metricsPort}`,
  }
  const authority = createAuthority(folder, 'clients')
  const peerAuthority = createAuthority(folder, 'peers')
  const version = await etcdVersion()
  const crl = join(folder, 'client.crl')
  await writeFile(crl, revocationList(authority, []))
  const name = changes.name ?? 'etcd-0'
  const usual = {
    ...settingsOf(folder, urls, authority, peerAuthority),
    initialCluster: { [name]: [urls.peerUrl] },
  }
  const settings = { ...usual, ...changes }
  const configPath = join(folder, 'etcd.conf.yml')
  await writeFile(configPath, renderConfiguration(settings, version))
  const child = await runEtcd(configPath, join(folder, 'etcd.log'))
  const log = (): string => readFileSync(join(folder, 'etcd.log'), 'utf8')
  const credentials = (name: string): Credentials => credentialsOf(authority, issue(authority, name))
  await untilHealthy(urls.metricsUrl, child, log)
  return {
    ...urls,
    folder,
    authority,
    peerAuthority,
    version,
    credentials,
    log,
    open: (name = 'root') => openEtcd({ endpoints: [urls.endpoint], credentials: credentials(name) }),
    replaceRevocationList: (serials) => writeFile(crl, revocationList(authority, serials)),
    signal: (signal) => child.kill(signal),
    standStill: () => standStill(child),
    [Symbol.asyncDispose]: () => end(child, folder),
  }
}

/** A signal reaches each of its threads in its own time. */
async function standStill(child: ChildProcess): Promise<void> {
  child.kill('SIGSTOP')
  const tasks = `/proc/${child.pid}/task`
  const stops = (task: string): boolean => /\) T /.test(readFileSync(`${tasks}/${task}/stat`, 'utf8'))
  while (!readdirSync(tasks).every(stops)) await new Promise((resolve) => setTimeout(resolve, 10))
}

type Urls = Readonly<Record<'endpoint' | 'peerUrl' | 'metricsUrl', string>>

function settingsOf(folder: string, urls: Urls, clients: Authority, peers: Authority): ConfigurationSettings {
  const names = 'IP:127.0.0.1,IP:::1,DNS:localhost'
  const server = issue(clients, 'server', { names })
  const peer = issue(peers, 'peer', { names })
  return {
    name: 'etcd-0',
    dataDir: join(folder, 'data'),
    listenPeerUrls: [urls.peerUrl],
    listenClientUrls: [urls.endpoint],
    advertisePeerUrls: [urls.peerUrl],
    advertiseClientUrls: [urls.endpoint],
    initialCluster: {},
    initialClusterToken: 'test',
    initialClusterState: 'new',
    clientTls: {
      certificate: server.certificatePath,
      key: server.keyPath,
      trustedCa: clients.certificatePath,
      crl: join(folder, 'client.crl'),
    },
    peerTls: { certificate: peer.certificatePath, key: peer.keyPath, trustedCa: peers.certificatePath },
    metricsUrls: [urls.metricsUrl],
    logLevel: 'info',
  }
}

async function runEtcd(configPath: string, logPath: string): Promise<ChildProcess> {
  await using log = await open(logPath, 'a')
  return spawn(binary('etcd'), ['--config-file', configPath], { stdio: ['ignore', log.fd, log.fd] })
}

async function untilHealthy(metricsUrl: string, child: ChildProcess, log: () => string): Promise<void> {
  for (;;) {
    if ((await readHealth(metricsUrl)).healthy) return
    if (hasEnded(child)) throw new Error(`etcd ended:\n${log()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (!hasEnded(child)) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await rm(folder, { recursive: true, force: true })
}
