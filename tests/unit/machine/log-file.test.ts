// etcd's own log as a file, beside what it prints: kept within bounds by etcd itself, whichever release it is.

import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { renderConfiguration } from '../../../src/machine/configuration.ts'
import { printUnitFile } from '../../../src/machine/unit-file.ts'
import { workloadOf } from '../../../src/machine/workload.ts'
import { startEtcd } from '../etcd/etcd-server.ts'

test('etcd says the same in the file as in the journal, and lets no other user read it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'etcd-log-'))
  const before = process.umask(0o077)
  try {
    await using server = await startEtcd({ logFile: join(folder, 'etcd.log') })
    const text = await readFile(join(folder, 'etcd.log'), 'utf8')
    assert.match(text, /"msg":"ready to serve client requests"/)
    assert.ok(server.log().includes(text.split('\n')[0] ?? ''))
    assert.deepEqual(await readdir(folder), ['etcd.log'])
    assert.equal((await stat(join(folder, 'etcd.log'))).mode & 0o077, 0)
  } finally {
    process.umask(before)
    await rm(folder, { recursive: true })
  }
})

test('the file is rotated by size, and what is older is compressed and little', async () => {
  const [text] = [renderConfiguration(settingsWith('/var/log/etcd/etcd.log'), '3.6.4')]
  assert.match(text, /^enable-log-rotation: true$/m)
  assert.match(text, /^log-rotation-config-json: .*"compress":true,"maxbackups":4,"maxsize":50/m)
  assert.doesNotMatch(renderConfiguration(settingsWith(undefined), '3.6.4'), /rotation/)
})

test('systemd makes the folder of the file at each start, for etcd alone', () => {
  const workload = workloadOf('binaries')
  assert.equal(workload.paths.log, '/var/log/etcd')
  assert.match(printUnitFile(workload), /^LogsDirectory=etcd\nLogsDirectoryMode=0750$/m)
})

function settingsWith(logFile: string | undefined): Parameters<typeof renderConfiguration>[0] {
  const tls = { certificate: 'a', key: 'b', trustedCa: 'c' }
  return {
    name: 'etcd-0',
    dataDir: '/data',
    listenPeerUrls: [],
    listenClientUrls: [],
    advertisePeerUrls: [],
    advertiseClientUrls: [],
    initialCluster: {},
    initialClusterToken: 't',
    initialClusterState: 'new',
    clientTls: { ...tls, crl: 'd' },
    peerTls: tls,
    metricsUrls: [],
    logFile,
    logLevel: 'info',
  }
}
