// On the emulator alone: files are deleted, overwritten and barred on its machines while nobody looks.
// What lies on a machine may be gone, be rubbish, or belong to somebody else: a disk did it, or a hand. No hook fails for it, and the next
// ones put it back, also where etcd has ended meanwhile; its data alone is nothing that could be made anew.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { realRelease } from '../unit/machine/tarball.ts'
import { heal } from './chaos/cluster.ts'
import { dataFolder, inHost, insistIn, signal } from './chaos/disturbance.ts'
import { assertWrites, deployServed } from './chaos/units.ts'
import { emulated } from './driver/emulated-model.ts'
import { openWorld } from './world.ts'

const ways = {
  'is gone': 'rm -rf $0',
  // A program that runs can't be written to.
  'is rubbish': 'for file in $(find $0 -type f); do echo rubbish >$file || true; done',
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
      const etcd = realRelease()
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

test('programs, keys and data that are root’s alone, and a user that is gone, are given back at the next start', async () => {
  await using model = await openWorld()
  const etcd = realRelease()
  const web = await deployServed(model, 1, { resources: { etcd } })
  await inHost(model, 'etcd/0', "sed -i '/^etcd:/d' /etc/passwd /etc/group")
  await signal(model, 'KILL', ['etcd/0'])
  await heal(model)
  assert.deepEqual(model.unit('etcd/0').workload, { status: 'active', message: '' }, 'its user')
  for (const path of ['/opt/etcd', '/etc/etcd-charm/tls', dataFolder]) {
    await inHost(model, 'etcd/0', `chown -R root:root ${path} && chmod -R go-rwx ${path}`)
    await signal(model, 'KILL', ['etcd/0'])
    await heal(model)
    assert.deepEqual(model.unit('etcd/0').workload, { status: 'active', message: '' }, path)
    await assertWrites(model, web, '/web/a')
  }
})

const keys = '/etc/etcd-charm/tls'

test('keys are etcd’s alone again while it runs, and clients with them', async () => {
  await using model = await openWorld()
  const etcd = realRelease()
  const web = await deployServed(model, 1, { resources: { etcd } })
  const { host } = model.unit('etcd/0')
  const rights = async () =>
    (await host.run(['stat', '-c', '%n %a %U:%G', '/etc/etcd-charm', keys, `${keys}/server.key`])).stdout
  const process = async () => (await host.run(['pgrep', '-x', 'etcd'])).stdout
  const [before, running] = [await rights(), await process()]
  for (const script of [
    `chown -R root:root ${keys}`,
    `chmod -R 000 ${keys}`,
    `chmod -R a+rX ${keys}`,
    'chmod 700 /etc/etcd-charm',
  ]) {
    await inHost(model, 'etcd/0', script)
    await model.updateStatus('etcd')
    assert.equal(await rights(), before, script)
    assert.deepEqual(model.unit('etcd/0').workload, { status: 'active', message: '' }, script)
    await assertWrites(model, web, '/web/a')
  }
  assert.match(before, /server.key 600 etcd:etcd/)
  assert.equal(await process(), running)
})

test('a folder in a file’s place and a file in a folder’s are told by their place, and no hook fails', async () => {
  await using model = await openWorld()
  const web = await deployServed(model, 1)
  const tls = '/var/snap/charmed-etcd/common/tls'
  const folder = 'mv $0 $0.kept && mkdir -p $0/x'
  const file = 'mv $0 $0.kept && echo >$0'
  for (const [path, script] of [
    ['/var/lib/etcd-charm/loaded.json', folder],
    [`${tls}/server.crt`, folder],
    [`${tls}/admin.key`, folder],
    ['/etc/needrestart/conf.d/etcd-charm.conf', folder],
    ['/var/lib/etcd-charm', file],
    [tls, file],
    ['/var/log/etcd-charm', file],
  ] as const) {
    await insistIn(model, 'etcd/0', script, path)
    model.config('etcd', { 'log-level': 'debug' })
    await model.settle()
    await model.updateStatus('etcd')
    const { message } = model.unit('etcd/0').workload
    // The charm's own log is missed by nobody.
    if (path !== '/var/log/etcd-charm') assert.ok(message.includes(`${path} `), `${path}: ${message}`)
    // What can't be looked at fails an action; a folder that is none only fails who writes there.
    const asked = await model.runAction('etcd/0', 'plan')
    if (script === folder) assert.ok(asked.message.includes(`${path} `), `${path}: ${asked.message}`)
    else assert.equal(asked.status, 'completed', asked.message)
    await insistIn(model, 'etcd/0', 'rm -rf $0 && mv $0.kept $0', path)
    model.config('etcd', { 'log-level': 'info' })
    await heal(model)
    assert.deepEqual(model.unit('etcd/0').workload, { status: 'active', message: '' }, path)
    await assertWrites(model, web, '/web/a')
  }
  assert.deepEqual(await emulated(model).failedHooks(), [])
})

test('systemd refuses to restart etcd: its words are in the status, no hook fails, and it is made up for', async () => {
  await using model = await openWorld()
  const web = await deployServed(model, 1)
  const words = 'Failed to connect to bus: Connection refused'
  await inHost(
    model,
    'etcd/0',
    `path=$(command -v systemctl) && mv $path $path.kept && printf '#!/bin/sh\n[ "$1" != restart ] && exec %s.kept "$@"\necho "${words}" >&2; exit 1\n' $path >$path && chmod 755 $path`,
  )
  model.config('etcd', { 'log-level': 'debug' })
  await model.settle()
  await model.updateStatus('etcd')
  const { status, message } = model.unit('etcd/0').workload
  assert.equal(status, 'blocked')
  assert.match(message, new RegExp(`^systemctl restart \\S+ exited with 1: ${words}`))
  await assertWrites(model, web, '/web/meanwhile')
  await inHost(model, 'etcd/0', 'path=$(command -v systemctl) && mv $path.kept $path')
  await heal(model)
  assert.deepEqual(model.unit('etcd/0').workload, { status: 'active', message: '' })
})
