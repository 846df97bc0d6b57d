// On the emulator alone: the time of its machines is set, and its store gives back other bytes than it got.
// Each backup that the schedule brings is restored aside where the option says so: the list says it, and juju status where one is of no use.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { completeIn, deployWithStore, manifestOf, pass, tell, untilNoWork } from './stores/backing-up.ts'
import { lacks } from './stores/start-store.ts'
import { openWorld } from './world.ts'

const skip = lacks('moto')
const hour = 3600
const day = 24 * hour
/** Ten minutes ago, so that none falls due but where a day passes. */
const daily = `daily@${new Date(Date.now() - 600_000).toISOString().slice(11, 16)}`

test('each that the schedule brings is proven; one that cannot be restored is told of, and none goes because of it', {
  skip,
}, async (t) => {
  await using model = await openWorld()
  await using world = await deployWithStore(model)
  const { store, eyes } = world
  const fetched = (): number => store.asked.filter((what) => /^GET .*snapshot/.test(what)).length
  const lastOutcome = async (): Promise<string> =>
    (await model.unit('etcd/0').host.run(['cat', '/var/lib/etcd-charm/backup/outcome.json'])).stdout
  model.config('etcd', { 'backup-schedule': daily, 'backup-keep': 1, 'backup-verify': true })
  await model.settle()
  await untilNoWork(model, 'etcd/0')
  await model.updateStatus('etcd')
  const [first] = await completeIn(eyes)
  assert.ok((await manifestOf(world, first))?.verifiedAt, await lastOutcome())
  const listed = await model.runAction('etcd/0', 'list-backups')
  assert.match(String(listed.results.backups), new RegExp(`${first} +verified`))
  assert.equal(tell(model), 'active: ')

  await t.test('also one that was taken by hand, in the next hook', async () => {
    const taken = await model.runAction('etcd/0', 'create-backup')
    const id = String(taken.results['backup-id'])
    assert.equal((await manifestOf(world, id))?.verifiedAt, undefined)
    await pass(model, 10)
    assert.ok((await manifestOf(world, id))?.verifiedAt, await lastOutcome())
  })

  await t.test('a store that gives back something else: blocked, and the earlier one stays', async () => {
    const before = (await completeIn(eyes)).at(-1) ?? ''
    store.now({ kind: 'flips', about: /^GET .*snapshot/ })
    await pass(model, day)
    assert.match(tell(model), /^blocked: the newest backup can't be restored; run create-backup\. In full: /)
    assert.match(tell(model), /\(it is not the file that its manifest was written for: /)
    assert.ok((await completeIn(eyes)).includes(before), 'the last good one went')
    const damaged = (await completeIn(eyes)).at(-1) ?? ''
    const stateOf = async (id: string): Promise<string | undefined> => {
      const { results } = await model.runAction('etcd/0', 'list-backups')
      return new RegExp(`${id} +(\\S+)`).exec(String(results.backups))?.[1]
    }
    assert.deepEqual([await stateOf(damaged), await stateOf(before)], ['unusable', 'verified'])
    const again = fetched()
    await pass(model, day)
    assert.equal(fetched(), again, 'the same is not tried again')
    store.now({ kind: 'none' })
    // It was the way to the store: whoever asks again is told so, and so is the list.
    const verified = await model.runAction('etcd/0', 'verify-backup', { 'backup-id': damaged })
    assert.equal(verified.status, 'completed', verified.message)
    assert.equal(await stateOf(damaged), 'verified')
    await pass(model, 2 * day)
    assert.equal(tell(model), 'active: ')
    assert.equal((await completeIn(eyes)).length, 1, 'old ones go with one that is proven')
  })

  await t.test(
    'an etcd that the kernel ends, as where memory is short, is no fault of the backup',
    async () => {
      const { host } = model.unit('etcd/0')
      const taken = await model.runAction('etcd/0', 'create-backup')
      const id = String(taken.results['backup-id'])
      const program = '/snap/charmed-etcd/current/bin/etcd'
      const killed = `#!/bin/sh\ncase "$*" in *--name=trial*) kill -9 $$ ;; esac\nexec ${program}.real "$@"\n`
      await host.run([
        'sh',
        '-ec',
        `mv ${program} ${program}.real; printf %s "$1" >${program}; chmod 755 ${program}`,
        'sh',
        killed,
      ])
      await pass(model, 2 * day + 10)
      assert.match(
        tell(model),
        /^active: the newest backup is not verified: etcd was ended by SIGKILL; see that/,
      )
      const tried = await model.runAction('etcd/0', 'verify-backup', { 'backup-id': id })
      assert.match(tried.message, new RegExp(`^${id} can't be tried: etcd was ended by SIGKILL`))
      assert.equal((await manifestOf(world, id))?.unusableAt, undefined)
      await host.run(['mv', `${program}.real`, program])
      await pass(model, 2 * day + 2 * hour)
      assert.equal(tell(model), 'active: ')
    },
  )

  await t.test(
    'one that is killed while it verifies is lost, and the next finds what there is to do',
    async () => {
      const fetches = fetched() + 1
      store.now({ kind: 'holds', about: /^GET .*snapshot/ })
      for (const unit of model.tables.applications.get('etcd')?.units ?? []) unit.host.setClock(`+${3 * day}`)
      await model.updateStatus('etcd')
      await store.until(/^GET .*snapshot/, fetches)
      const { host } = model.unit('etcd/0')
      await host.run(['sh', '-c', `kill -9 $(cat /run/emulator/etcd-charm-backup.service.pid)`])
      store.now({ kind: 'none' })
      await model.updateStatus('etcd')
      const { stdout: left } = await host.run(['ls', '/var/snap/charmed-etcd/common/var/lib/etcd'])
      assert.deepEqual(left.split('\n').filter(Boolean), ['member'], 'what was fetched lies there still')
      await pass(model, 3 * day + 900)
      const newest = (await completeIn(eyes)).at(-1)
      assert.ok((await manifestOf(world, newest))?.verifiedAt, await lastOutcome())
      assert.equal(tell(model), 'active: ')
    },
  )
})
