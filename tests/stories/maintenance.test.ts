// On the emulator alone: hooks and actions are killed, cables pulled, and alarms raised by the API.
// Maintenance where something is wrong: a database that is full, a member that is away, a turn that somebody else has, an action that dies on its
// way, data that may differ; and the schedule, which defragments by itself.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal, raftRoles, unitsOf } from './chaos/cluster.ts'
import { assertWrites, connectAsAdmin, deployServed } from './chaos/units.ts'
import { killEverywhere } from './kill-everywhere.ts'
import { connectAs, etcdctl, lookAtEtcd, openWorld } from './world.ts'

const MiB = 1024 * 1024

const leaderOf = (model: Model): string => model.tables.applications.get('etcd')?.leader ?? ''
const run = (model: Model, name: string, params: Record<string, unknown> = {}) =>
  model.runAction(leaderOf(model), name, params)

async function sizesOf(model: Model): Promise<readonly number[]> {
  const of = async (unit: string): Promise<number> =>
    JSON.parse(await etcdctl(model.unit(unit).host, '-w', 'json', 'endpoint', 'status'))[0].Status.dbSize
  return Promise.all(unitsOf(model).map(of))
}

/** So many MiB that nothing holds any more once they are compacted. */
async function makeFreePages(model: Model, relation: number, count: number): Promise<void> {
  const client = connectAs(model, relation, 'web')
  for (let nth = 0; nth < count; nth += 1) await client.put('/web/history', `${nth}`.padEnd(MiB, 'x'))
  client.close()
  const { status, message } = await run(model, 'compact', { physical: true })
  assert.equal(status, 'completed', message)
}

test('three members, maintained where something is wrong', async (t) => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const id = await deployServed(model, 3)
  await makeFreePages(model, id, 24)

  await t.test(
    'defragmentation waits for whoever has the turn to restart, and a restart for it',
    async () => {
      const { host } = model.unit('etcd/0')
      const admin = await connectAsAdmin(model, 'etcd/0')
      const hold = async (holder: string) => {
        const lease = admin.lease(600)
        await lease.put('\0etcd-charm/restart').value(holder).exec()
        return lease
      }
      const restarts = await hold('etcd/2')
      const before = await sizesOf(model)
      const refused = await run(model, 'defragment')
      assert.equal(refused.status, 'failed')
      assert.match(
        refused.message,
        /^not all was done: waiting for its turn \(restart\), after etcd\/2; run it again$/,
      )
      assert.deepEqual(await sizesOf(model), before)
      await restarts.revoke()

      // Not even the unit's own restart takes it.
      const defragments = await hold('etcd/1 (defragment)')
      await model.config('etcd', { 'log-level': 'warn' })
      await model.settle()
      for (const unit of unitsOf(model))
        assert.match(
          model.unit(unit).workload.message,
          /after etcd\/1 \(defragment\)|raft leader goes last/,
          unit,
        )
      assert.match(
        (await run(model, 'status')).results.status ?? '',
        /turn to restart: etcd\/1 \(defragment\) has it/,
      )
      await defragments.revoke()
      admin.close()
      await heal(model)
      await assertSound(model)
      assert.equal(await etcdctl(host, 'alarm', 'list'), '')
    },
  )

  await t.test('while a member is away all is refused that would take another away', async () => {
    const { follower } = await raftRoles(model)
    await model.unit(follower).host.plug('out')
    const name = follower.replace('/', '-')
    if (follower !== leaderOf(model)) {
      for (const [action, params] of [
        ['defragment', {}],
        ['move-leader', { unit: follower }],
      ] as const) {
        const { status, message } = await run(model, action, params)
        assert.deepEqual([status, message.startsWith(`refused: ${name} `)], ['failed', true], message)
      }
      const checked = await run(model, 'check-data')
      assert.match(checked.message, new RegExp(`^not all could be compared: ${name} gave no hash`))
      assert.match(
        (await run(model, 'status')).results.status ?? '',
        /2 of 3 voters answer, 2 are the quorum: none may fail/,
      )
    }
    await model.unit(follower).host.plug('in')
    await heal(model)
    await assertSound(model)
  })

  await t.test(
    'killed at every step, it goes on where it is run again, and nobody restarts for it',
    async () => {
      const told = killEverywhere(model)
      const before = await sizesOf(model)
      let left = 40
      for (; left > 0 && (await run(model, 'defragment')).status !== 'completed'; left -= 1);
      model.killHooks(() => false)
      assert.ok(left > 0 && told.steps.has('database/defragment') && told.kills > 0)
      for (const [at, size] of (await sizesOf(model)).entries())
        assert.ok(size < (before[at] ?? 0) / 4, String(size))
      await heal(model)
      await assertSound(model)
    },
  )

  await t.test(
    'by schedule each member goes in its own update-status, and only beyond the share',
    async () => {
      const client = connectAs(model, id, 'web')
      for (let nth = 0; nth < 8; nth += 1) await client.put(`/web/live/${nth}`, 'x'.repeat(MiB))
      client.close()
      await makeFreePages(model, id, 24)
      const before = await sizesOf(model)
      await model.config('etcd', { 'defragment-schedule': 'always', 'defragment-free-share': 90 })
      await model.updateStatus('etcd')
      await model.config('etcd', { 'defragment-schedule': 'sometimes', 'defragment-free-share': 50 })
      await model.settle()
      assert.match(
        model.unit('etcd/0').workload.message,
        /^option defragment-schedule is invalid; set it to a time of day in UTC/,
      )
      await model.config('etcd', { 'defragment-schedule': '', 'defragment-free-share': 50 })
      await model.updateStatus('etcd')
      assert.deepEqual(await sizesOf(model), before)
      await model.config('etcd', { 'defragment-schedule': 'always' })
      for (let round = 0; round < 3; round += 1) await model.updateStatus('etcd')
      for (const [at, size] of (await sizesOf(model)).entries())
        assert.ok(size < (before[at] ?? 0) / 2, String(size))
      await etcdctl(model.unit('etcd/0').host, 'del', '--prefix', '/web/live/')
      await assertWrites(model, id, '/web/after')
      await assertSound(model)
    },
  )

  await t.test(
    'an alarm is disarmed where its cause is gone: data that is the same on all members',
    async () => {
      const { follower } = await raftRoles(model)
      const admin = await connectAsAdmin(model, follower)
      const { members } = await admin.cluster.memberList({ linearizable: true })
      const memberID = members.find(({ name }) => name === follower.replace('/', '-'))?.ID ?? ''
      await admin.maintenance.alarm({ action: 'Activate', memberID, alarm: 'Corrupt' })
      admin.close()
      assert.match((await run(model, 'defragment')).message, /run check-data first$/)
      assert.equal((await run(model, 'disarm-alarms', { 'dry-run': true })).results.done, 'nothing')
      const done = await run(model, 'disarm-alarms')
      assert.equal(done.results.done, `corrupt of ${follower.replace('/', '-')} disarmed`, done.message)
      assert.equal(await etcdctl(model.unit(follower).host, 'alarm', 'list'), '')
    },
  )

  await t.test('a database that is full: refused while it is, and emptied by three actions', async () => {
    await model.config('etcd', { 'quota-backend-bytes': String(24 * MiB) })
    await model.settle()
    await heal(model)
    const client = connectAs(model, id, 'web')
    const refusal = async (): Promise<string> => {
      for (let nth = 0; ; nth += 1) {
        const said = await client.put(`/web/full/${nth}`, 'x'.repeat(MiB)).then(
          () => undefined,
          (error: unknown) => String(error),
        )
        if (said !== undefined) return said
      }
    }
    assert.match(await refusal(), /database space exceeded/)
    client.close()
    const early = await run(model, 'disarm-alarms')
    assert.equal(early.status, 'failed')
    assert.match(
      early.message,
      /^refused: no-space of etcd-\d: its database has \d+ % of its quota; run compact and defragment/,
    )
    await etcdctl(model.unit('etcd/0').host, 'del', '--prefix', '/web/full/')
    for (const name of ['compact', 'defragment', 'disarm-alarms']) {
      const { status, message, results } = await run(
        model,
        name,
        name === 'compact' ? { physical: true } : {},
      )
      assert.equal(status, 'completed', `${name}: ${message} ${JSON.stringify(results)}`)
    }
    assert.equal(await etcdctl(model.unit('etcd/0').host, 'alarm', 'list'), '')
    await assertWrites(model, id, '/web/again')
  })
})

for (const profile of ['3.6', '4.0'] as const)
  test(`credentials that are made and revoked by hooks and actions that die everywhere, on Juju ${profile}`, async () => {
    const model = await openWorld({ profile })
    after(() => model[Symbol.asyncDispose]())
    await deployServed(model, 1)
    const ops = { 'common-name': 'ops', prefix: '/ops/' }
    const secrets = () =>
      [...model.tables.secrets.values()].filter(({ label }) => label.startsWith('etcd-client.operator'))
    const told = killEverywhere(model)
    // An action that is killed is not run again by Juju: that is for its human to do.
    const untilDone = async (name: string, params: Record<string, unknown>): Promise<void> => {
      let left = 30
      for (; left > 0 && (await run(model, name, params)).status !== 'completed'; left -= 1);
      assert.ok(left > 0, name)
      await model.settle()
    }
    await untilDone('create-client-credentials', ops)
    await heal(model)
    assert.deepEqual([secrets().length, (await lookAtEtcd(model)).users], [1, ['ops', 'root', 'web']])
    await untilDone('revoke-client-credentials', { 'common-name': 'ops' })
    await heal(model)
    model.killHooks(() => false)
    assert.ok(told.steps.has('ledger/write') && told.steps.has('user/delete') && told.kills > 5)
    assert.deepEqual([secrets().length, (await lookAtEtcd(model)).users], [0, ['root', 'web']])
    await assertSound(model)
  })
