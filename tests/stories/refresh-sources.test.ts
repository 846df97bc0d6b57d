// On the emulator alone: the snap store has four releases of etcd, and charms pin one of them.
// What a refresh is from: another revision by option, one that can't be fetched or is withdrawn, and a tarball.

import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { assertSound, heal } from './chaos/cluster.ts'
import { fillDisk } from './full-disk.ts'
import { beginOn, finishUnharmed, startsSince, statusLines, versionsOf } from './refreshing.ts'
import { missing, revisions } from './releases.ts'

const patches = { skip: missing('3.5.16', '3.5.30') }

test(
  'an option names another revision; one that can’t be fetched stops nobody, and a withdrawn one is told',
  patches,
  async (story) => {
    const { model, offer, write } = await beginOn({
      from: '3.5.16',
      to: ['3.5.30'],
      config: { 'pause-after-unit-refresh': 'none' },
    })
    await using writer = write()
    const failing = 'error: cannot download snap "charmed-etcd": write: no space left on device\n'
    const files = ['etcd/0', 'etcd/1', 'etcd/2'].map((unit) =>
      model.unit(unit).host.outside('/run/emulator/snap-fails'),
    )
    for (const file of files) await writeFile(file, failing)
    const begun = Date.now()
    model.config('etcd', { 'etcd-snap-revision': revisions['3.5.30'] })
    await model.settle()
    for (const line of statusLines(model)) story.diagnostic(line)
    assert.match(model.unit('etcd/2').workload.message, /can't be fetched.*no space left on device/)
    assert.equal(model.unit('etcd/2').workload.status, 'waiting')
    for (const file of files) await rm(file)
    // None has it any more.
    await offer(['3.5.16'])
    await model.updateStatus('etcd')
    for (const line of statusLines(model)) story.diagnostic(line)
    assert.equal(model.unit('etcd/2').workload.status, 'blocked')
    assert.match(
      model.unit('etcd/2').workload.message,
      /the snap store has no revision 130 of charmed-etcd.*set etcd-snap-revision to one that it has/,
    )
    assert.deepEqual(await startsSince(model, begun), { 'etcd/0': 0, 'etcd/1': 0, 'etcd/2': 0 })
    await offer(['3.5.16', '3.5.30'])
    await model.updateStatus('etcd')
    await heal(model)
    assert.deepEqual(await versionsOf(model), ['3.5.30', '3.5.30', '3.5.30'])
    await finishUnharmed(writer, 'revision by option', story)
    await assertSound(model)
  },
)

test(
  'where a release has no room, nothing is fetched, and the status says where it is to be made',
  patches,
  async (story) => {
    const { model, write } = await beginOn({
      from: '3.5.16',
      to: ['3.5.30'],
      units: 1,
      config: { 'pause-after-unit-refresh': 'none' },
    })
    await using writer = write()
    const { host, workload } = model.unit('etcd/0')
    const giveBack = await fillDisk(host, '/var/lib/etcd-charm', 20 * 1024 * 1024)
    const begun = Date.now()
    model.config('etcd', { 'etcd-snap-revision': revisions['3.5.30'] })
    await model.settle()
    for (const line of statusLines(model)) story.diagnostic(line)
    assert.equal(workload.status, 'waiting')
    assert.match(
      workload.message,
      /can't be fetched \(\/var\/lib\/etcd-charm\/snap has \d+\.\d MiB free, and 75\.0 MiB are needed\); make room in \/var\/lib\/etcd-charm\/snap; the next update-status tries again$/,
    )
    assert.deepEqual(await startsSince(model, begun), { 'etcd/0': 0 })
    const fetches = model.tables.journal.flatMap(({ log }) =>
      log.filter((line) => /workload\/fetch/.test(line)),
    )
    await giveBack()
    await model.updateStatus('etcd')
    await heal(model)
    assert.ok(fetches.length > 0)
    assert.deepEqual(await versionsOf(model), ['3.5.30'])
    await finishUnharmed(writer, 'no room', story)
    await assertSound(model)
  },
)

test(
  'a unit that joins later runs what the others run, not what the channel has by then',
  patches,
  async () => {
    const { model, offer } = await beginOn({ from: '3.5.16', to: [], units: 1 })
    // The channel's newest comes first in the store.
    await offer(['3.5.30', '3.5.16'])
    await model.addUnit('etcd')
    await model.settle()
    await heal(model)
    assert.deepEqual(await versionsOf(model), ['3.5.16', '3.5.16'])
    await assertSound(model)
  },
)
