// etcd on loopback without TLS, on a data folder that tests may damage: for what it says of its data, not for what it serves.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readHealth } from '../../../src/etcd/health.ts'
import { run } from '../../../src/machine/process.ts'
import { hasEnded } from '../../fixtures/has-ended.ts'
import { binary, freePort } from './etcd-server.ts'

export interface DataFolder extends AsyncDisposable {
  readonly data: string
}

export async function makeFolder(): Promise<DataFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'etcd-data-'))
  return {
    data: join(folder, 'data'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

export interface Ran {
  readonly served: boolean
  readonly log: string
}

export interface Running {
  readonly endpoint: string
  ctl(...args: readonly string[]): Promise<string>
}

/** Until it serves or ends; what is done while it serves; then a clean stop. */
export async function runEtcdOn(
  data: string,
  whileServing: (etcd: Running) => Promise<void> = async () => {},
  more: readonly string[] = [],
): Promise<Ran> {
  const [endpoint, peerUrl] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`]
  const logPath = `${data}.log`
  await using log = await open(logPath, 'w')
  const args = [
    ...['--name', 'etcd-0', '--data-dir', data, '--initial-cluster', `etcd-0=${peerUrl}`],
    ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
    ...['--listen-client-urls', endpoint, '--advertise-client-urls', endpoint, ...more],
  ]
  const child = spawn(binary('etcd'), args, { stdio: ['ignore', log.fd, log.fd] })
  const exit = once(child, 'exit')
  let served = false
  while (!served && !hasEnded(child)) {
    served = (await readHealth(endpoint, { quorum: false })).healthy
    if (!served) await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const ctl: Running['ctl'] = (...words) => run(binary('etcdctl'), ['--endpoints', endpoint, ...words])
  if (served) await whileServing({ endpoint, ctl })
  child.kill('SIGTERM')
  await exit
  return { served, log: await readFile(logPath, 'utf8') }
}
