// A backup of a large database: how fast it goes, what memory its process takes, and how long a writer waits at most while it runs, beside
// `etcdctl snapshot save` onto the same machine's disk, which does less: it uploads nothing. And how long the restore of it takes, and for how
// long nobody is served meanwhile.

import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { openEtcd } from '../src/etcd/client.ts'
import { hostPort } from '../src/machine/network.ts'
import type { Host } from '../tests/emulator/host/host.ts'
import type { Model } from '../tests/emulator/index.ts'
import { fill, workUnit } from '../tests/stories/stores/backing-up.ts'
import { deployStore, motoKeys, relateStore } from '../tests/stories/stores/deploy-store.ts'
import { startMinio } from '../tests/stories/stores/servers.ts'
import { addressFor, lacks } from '../tests/stories/stores/start-store.ts'
import { temporaryFolder } from '../tests/stories/temporary-folder.ts'
import { archives, etcdctl, openWorld } from '../tests/stories/world.ts'
import type { Row } from './rows.ts'

export async function measureBackup(megabytes: number): Promise<readonly Row[]> {
  const missing = lacks('minio')
  if (missing) throw new Error(missing)
  let hooks = 0
  await using model = await openWorld({
    name: 'backup',
    onHook: () => {
      hooks += 1
    },
  })
  await using folder = await temporaryFolder('bench-backup')
  const quota = String(Math.max(2, Math.ceil(megabytes / 1000) * 2) * 1024 ** 3)
  await model.deploy('etcd', { archive: archives.etcd, config: { 'quota-backend-bytes': quota } })
  await model.settle()
  await using minio = await startMinio(addressFor(model, 'etcd/0'), folder.path)
  const settings = { bucket: 'backups', endpoint: minio.url, 'tls-ca-chain': [minio.authority] }
  await deployStore(model, { settings, keys: motoKeys })
  relateStore(model)
  await model.settle()
  await fill(model, megabytes)
  const { host } = model.unit('etcd/0')
  const row = (figure: string, value: number, unit: string): Row => ({
    figure: `backup of ${megabytes} MB: ${figure}`,
    clients: 1,
    members: 1,
    value: Math.round(value * 10) / 10,
    unit,
  })
  const quiet = await longestGap(host, () => sleep(10_000))
  let size = 0
  let memory = 0
  const took = { ours: 0, theirs: 0 }
  const during = await longestGap(host, async () => {
    const began = performance.now()
    const watching = watchMemory(host)
    size = await backUp(model)
    took.ours = performance.now() - began
    memory = await watching
  })
  const saving = await longestGap(host, async () => {
    const began = performance.now()
    await etcdctl(host, 'snapshot', 'save', '/var/tmp/snapshot.db')
    took.theirs = performance.now() - began
  })
  await host.run(['rm', '/var/tmp/snapshot.db'])
  hooks = 0
  const restored = await measureRestore(model)
  return [
    row('its size', size / 1e6, 'MB'),
    row('to MinIO by TLS', size / 1e3 / took.ours, 'MB/s'),
    row('etcdctl snapshot save, to memory', size / 1e3 / took.theirs, 'MB/s'),
    row('most memory of its process', memory / 1e6, 'MB'),
    row('longest wait of a writer, nothing else done', quiet, 'ms'),
    row('longest wait of a writer meanwhile', during, 'ms'),
    row('longest wait of a writer, etcdctl snapshot save', saving, 'ms'),
    row('restored from there', restored.tookMs / 1000, 's'),
    row('of it without etcd', restored.awayMs / 1000, 's'),
    row('hooks and actions that it took', hooks, ''),
  ]
}

/** @returns its bytes */
async function backUp(model: Model): Promise<number> {
  for (let params = {}; ; params = { wait: false }) {
    const { status, message, results } = await model.runAction('etcd/0', 'create-backup', params)
    if (results.size !== undefined) return Number(results.size)
    if (status !== 'completed' && !/under way/.test(message)) throw new Error(message)
    const { host } = model.unit('etcd/0')
    const record = JSON.parse(
      await readFile(host.outside('/var/lib/etcd-charm/backup/outcome.json'), 'utf8').catch(() => '{}'),
    )
    if (record.newest?.size) return record.newest.size
    await sleep(500)
  }
}

/** All of it, from the fetching on; and from the last answer of what was there to the first of what is restored. */
async function measureRestore(model: Model): Promise<{ readonly tookMs: number; readonly awayMs: number }> {
  const { host } = model.unit('etcd/0')
  const listed = await model.runAction('etcd/0', 'list-backups')
  const [{ id = '' } = {}] = JSON.parse(String(listed.results.json))
  let over = false
  let awayMs = 0
  const watch = async (): Promise<void> => {
    for (let answered = performance.now(); !over; await sleep(50)) {
      const { code } = await host.run(['curl', '-sf', 'http://127.0.0.1:2381/health'])
      if (code !== 0) continue
      awayMs = Math.max(awayMs, performance.now() - answered)
      answered = performance.now()
    }
  }
  const began = performance.now()
  const watching = watch()
  const parameters = { 'backup-id': id, confirm: true, 'skip-safety-backup': true }
  const { status, message } = await model.runAction('etcd/0', 'restore', parameters)
  const tookMs = performance.now() - began
  over = true
  await watching
  if (status !== 'completed') throw new Error(message)
  return { tookMs, awayMs }
}

/** The most that the process of the work ever took, in bytes. */
async function watchMemory(host: Host): Promise<number> {
  let most = 0
  for (let idle = 0; idle < 20; ) {
    const script = `cat /proc/$(cat /run/emulator/${workUnit}.pid)/status`
    const { stdout } = await host.run(['sh', '-c', script])
    const peak = Number(/^VmHWM:\s+(\d+) kB/m.exec(stdout)?.[1] ?? 0) * 1024
    most = Math.max(most, peak)
    idle = peak === 0 && most > 0 ? 20 : peak === 0 ? idle + 1 : 0
    await sleep(200)
  }
  return most
}

const tls = '/var/snap/charmed-etcd/common/tls'

/** Of writes that follow each other, while something is done. */
async function longestGap(host: Host, what: () => Promise<unknown>): Promise<number> {
  const read = (name: string): Promise<string> => readFile(host.outside(`${tls}/${name}`), 'utf8')
  const [ca, certificate, privateKey] = await Promise.all(
    ['server-ca.pem', 'admin.crt', 'admin.key'].map(read),
  )
  if (ca === undefined || certificate === undefined || privateKey === undefined) throw new Error('no admin')
  const credentials = { ca, certificate, privateKey }
  const endpoints = [`https://${hostPort(host.address, 2379)}`]
  await using client = await openEtcd({ endpoints, credentials, deadlineMs: 60_000 })
  let longest = 0
  let over = false
  const write = async (): Promise<void> => {
    for (let at = 0; !over; at += 1) {
      const began = performance.now()
      await client.tell('put', ({ kv }) =>
        kv.put({ key: Buffer.from(`/writer/${at % 100}`), value: Buffer.from(String(at)) }),
      )
      longest = Math.max(longest, performance.now() - began)
    }
  }
  const writing = write()
  await what()
  over = true
  await writing
  return longest
}
