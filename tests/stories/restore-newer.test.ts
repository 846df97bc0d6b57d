// On the emulator alone: a real etcd of the next line is run beside its machines.
// A snapshot that etcd 3.6 wrote is refused where 3.5 is installed: etcd itself would start with it, and say nothing.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from '../../src/machine/process.ts'
import { etcdVersion, freePort } from '../unit/etcd/etcd-server.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { archives, etcdctl, openWorld } from './world.ts'

const programs = join(import.meta.dirname, '../../.cache/etcd/3.6')

async function skip(): Promise<string | false> {
  const why = !existsSync(join(programs, 'etcd'))
    ? 'etcd 3.6 is not to be had; install Go and run make etcd ETCD=3.6'
    : !(await etcdVersion()).startsWith('3.5.') && 'the members run a later line than 3.5 themselves'
  if (why) console.error(`NOT TRIED HERE: ${why}`)
  return why ? `NOT TRIED HERE: ${why}` : false
}

/** Of a cluster of one, once it has agreed on its own line. */
async function saveSnapshot(folder: string, snapshot: string): Promise<void> {
  const [client, peer] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`]
  const etcd = spawn(
    join(programs, 'etcd'),
    [
      ...[
        '--data-dir',
        join(folder, 'data'),
        '--listen-client-urls',
        client,
        '--advertise-client-urls',
        client,
      ],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ...['--initial-cluster', `default=${peer}`],
    ],
    { stdio: 'ignore' },
  )
  const exit = once(etcd, 'exit')
  try {
    for (let tries = 0; ; tries += 1) {
      const told = await fetch(`${client}/version`).then(
        (answer) => answer.text(),
        () => '',
      )
      if (/"etcdcluster":"3\.6\./.test(told)) break
      assert.ok(tries < 300, `it does not come to its line: ${told}`)
      await sleep(200)
    }
    const ctl = (...words: readonly string[]) =>
      run(join(programs, 'etcdctl'), ['--endpoints', client, ...words])
    await ctl('put', '/a', 'later')
    await sleep(1000)
    await ctl('snapshot', 'save', snapshot)
  } finally {
    etcd.kill()
    await exit
  }
}

test('a snapshot of the next line is refused, by verify-backup and by restore', {
  skip: await skip(),
}, async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd })
  await model.settle()
  const { host } = model.unit('etcd/0')
  await etcdctl(host, 'put', '/a', 'now')
  await using folder = await temporaryFolder('newer')
  const snapshot = join(folder.path, 'newer.db')
  await saveSnapshot(folder.path, snapshot)
  const incoming = host.outside('/var/snap/charmed-etcd/common/var/lib/etcd/incoming')
  await mkdir(incoming, { recursive: true })
  await copyFile(snapshot, join(incoming, 'newer.db'))
  for (const [action, more] of [
    ['verify-backup', {}],
    ['restore', { confirm: true }],
    ['restore', { confirm: true, force: true }],
  ] as const) {
    const { status, message } = await model.runAction('etcd/0', action, { file: 'newer.db', ...more })
    assert.equal(status, 'failed')
    assert.match(
      message,
      /^newer\.db: etcd 3\.6\.\d+ wrote it, and installed is 3\.5\.\d+.*; refresh etcd first$/,
    )
  }
  assert.match(await etcdctl(host, 'get', '/a'), /now/)
  assert.deepEqual(model.unit('etcd/0').workload, { status: 'active', message: '' })
})
