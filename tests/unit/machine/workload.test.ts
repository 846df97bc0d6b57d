import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { printUnitFile } from '../../../src/machine/unit-file.ts'
import { workloadOf, workloadPaths } from '../../../src/machine/workload.ts'

const metadata = parse(readFileSync(join(import.meta.dirname, '../../../metadata.yaml'), 'utf8'))

describe('the workload', () => {
  for (const kind of ['snap', 'binaries'] as const) {
    it(`of ${kind} keeps etcd’s data where Juju mounts the storage`, () => {
      assert.equal(workloadPaths(kind).data, metadata.storage.data.location)
    })
  }

  it('of the snap lies below the folders that the snap may read', () => {
    const { config, tls, data } = workloadPaths('snap')
    for (const path of [config, tls, data]) assert.match(path, /^\/var\/snap\/charmed-etcd\//)
  })
})

describe('the service of the binaries', () => {
  const workload = workloadOf('binaries')
  const lines = printUnitFile(workload).split('\n')

  it('runs the release that is in force, with the charm’s configuration, as its own user', () => {
    assert.ok(lines.includes('ExecStart=/opt/etcd/current/etcd --config-file /etc/etcd-charm/etcd.conf.yml'))
    assert.ok(lines.includes(`User=${workload.user}`))
  })

  it('may write to its data, and nowhere else', () => {
    assert.ok(lines.includes('ProtectSystem=strict'))
    assert.deepEqual(
      lines.filter((line) => line.startsWith('ReadWritePaths=')),
      [`ReadWritePaths=${workload.paths.data}`],
    )
  })

  it('comes back when it ends by itself, and with the machine', () => {
    assert.ok(lines.includes('Restart=on-failure') && lines.includes('WantedBy=multi-user.target'))
  })
})
