// On the emulator alone: disks of memory are laid over folders of its machines.
// The disk that the charm itself writes on, and not etcd's data: it is full, or takes no writes since it failed. No hook fails for it, the
// status names the folder and what to do, who is served is served on, and what was due is made up for once the disk is well.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { heal } from './chaos/cluster.ts'
import { insistIn } from './chaos/disturbance.ts'
import { assertWrites, deployServed } from './chaos/units.ts'
import { emulated } from './driver/emulated-model.ts'
import { archives, connectAs, etcdctl, openWorld } from './world.ts'

const troubles = {
  'is full': ['cat /dev/zero >$0/filler; true', 'rm $0/filler'],
  'takes no writes': ['mount -o remount,ro $0', 'mount -o remount,rw $0'],
} as const

/** A disk of memory with what lay there, which such trouble can befall; and the command for scripts on that machine, with the folder as $0. */
async function mountDisk(model: Model, unit: string, folder: string) {
  const inHost = (script: string) => insistIn(model, unit, script, folder)
  await inHost(
    'cp -a $0 /opt/kept && mount -t tmpfs -o size=$(($(du -sm $0 | cut -f1) + 1))m,mode=$(stat -c %a $0) none $0 && cp -a /opt/kept/. $0 && rm -r /opt/kept',
  )
  return inHost
}

const folders = ['/var/lib/etcd-charm', '/var/snap/charmed-etcd/common/tls']
/** Where it lies itself, and notes what it is about to ask of Juju. */
const own = '/var/lib/juju/agents/unit-etcd-0/charm'

for (const folder of [...folders, own])
  for (const [trouble, [begin, end]] of Object.entries(troubles))
    test(`the disk of ${folder} ${trouble}`, async () => {
      const said = new Set<string>()
      await using model = await openWorld({
        onHook: ({ unit }) => {
          if (unit === 'etcd/0') said.add(model.unit(unit).workload.message)
        },
      })
      const web = await deployServed(model, 1)
      const inHost = await mountDisk(model, 'etcd/0', folder)
      await inHost(begin)
      said.clear()

      await model.deploy('other', { archive: archives.client, config: { prefix: '/other/' } })
      const { id: other } = model.integrate('etcd:etcd-client', 'other:etcd')
      await model.settle()
      model.config('etcd', { 'log-level': 'debug' })
      await model.settle()
      await model.updateStatus('etcd')
      const words = [...said].join('\n')
      const place = folder === own ? `${own}/.attempt.json` : folder
      assert.match(words, new RegExp(`the disk ${trouble} \\(E[A-Z]+\\): ${place.replaceAll('.', '\\.')}`))
      await assertWrites(model, web, '/web/meanwhile')

      await inHost(end)
      await heal(model)
      assert.deepEqual(model.unit('etcd/0').workload, { status: 'active', message: '' })
      const client = connectAs(model, other, 'other')
      await client.put('/other/a', '1')
      client.close()
    })

for (const [trouble, [begin]] of Object.entries(troubles))
  test(`a unit leaves though its disk ${trouble}, which may be why it is removed`, async () => {
    await using model = await openWorld()
    const web = await deployServed(model, 2)
    const { host } = model.unit('etcd/0')
    for (const folder of folders) await (await mountDisk(model, 'etcd/1', folder))(begin)
    model.removeUnit('etcd/1')
    await model.settle()
    assert.deepEqual(await emulated(model).failedHooks(), [])
    const stays =
      'WARNING files of etcd stay on this machine: the disk takes no writes (EROFS): /var/snap/charmed-etcd/common/tls'
    const said = model.tables.journal.flatMap(({ unit, log }) => (unit === 'etcd/1' ? log : []))
    const warnings = said.filter((line) => line.startsWith('WARNING'))
    assert.deepEqual(
      warnings.map((line) => line.split('; ')[0]),
      trouble === 'is full' ? [] : [stays],
    )
    const members = await etcdctl(host, 'member', 'list')
    assert.equal(members.trim().split('\n').length, 1, members)
    await assertWrites(model, web, '/web/after')
    await model.updateStatus('etcd')
    assert.deepEqual(model.unit('etcd/0').workload, { status: 'active', message: '' })
  })
