// On the emulator alone: files are deleted, overwritten and barred on its machines while nobody looks.
// What lies on a machine may be gone, be rubbish, or belong to somebody else: a disk did it, or a hand. No hook fails for it, and the next
// ones put it back, also where etcd has ended meanwhile; its data alone is nothing that could be made anew.

import assert from 'node:assert/strict'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createTarball, realPrograms } from '../unit/machine/tarball.ts'
import { heal } from './chaos/cluster.ts'
import { signal } from './chaos/disturbance.ts'
import { assertWrites, deployServed } from './chaos/units.ts'
import { openWorld } from './world.ts'

const ways = {
  'is gone': 'rm -rf $0',
  // A program that runs can't be written to.
  'is rubbish': 'for file in $(find $0 -type f); do echo rubbish >$file || true; done',
  'is root’s alone': 'chown -R root:root $0 && chmod -R go-rwx $0',
} as const

const places = {
  snap: [
    '/var/lib/etcd-charm',
    '/var/snap/charmed-etcd/current/etcd.conf.yml',
    '/var/snap/charmed-etcd/common/tls',
    '/etc/systemd/system/snap.charmed-etcd.etcd.service.d',
  ],
  tarball: [
    '/opt/etcd',
    '/var/lib/etcd-charm',
    '/var/log/etcd',
    '/etc/etcd-charm',
    '/etc/etcd-charm/tls/peer.key',
    '/etc/etcd-charm/tls/server.key',
    '/etc/etcd-charm/tls/admin.key',
    '/etc/etcd-charm/tls/server.crt',
    '/etc/systemd/system/etcd-charm.service',
  ],
} as const

for (const [kind, paths] of Object.entries(places))
  for (const [way, script] of Object.entries(ways))
    test(`from a ${kind}: what ${way} on the machine is put back`, async (t) => {
      await using model = await openWorld()
      const folder = await mkdtemp(join(tmpdir(), 'release-'))
      const etcd = createTarball(folder, 'release', { programs: realPrograms() })
      const web = await deployServed(model, 1, kind === 'tarball' ? { resources: { etcd } } : {})
      const { host } = model.unit('etcd/0')
      for (const path of paths)
        for (const ends of [false, true])
          await t.test(`${path}${ends ? ', and etcd ends' : ''}`, async () => {
            await host.run(['sh', '-c', script, path])
            if (ends) await signal(model, 'KILL', ['etcd/0'])
            await heal(model)
            await heal(model)
            assert.deepEqual(model.unit('etcd/0').workload, { status: 'active', message: '' })
            await assertWrites(model, web, '/web/a')
          })
    })
