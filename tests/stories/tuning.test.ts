// Options of etcd: refused in words where they are wrong, with the old setting in force for those who are there and for those who
// join; taken by one member after the other where they are right.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Model } from '../emulator/index.ts'
import { adminEnvironment, archives, etcdctl, lookAtEtcd, openWorld } from './world.ts'
import { writesOf } from './driver/emulator-of.ts'

const names = ['etcd/0', 'etcd/1', 'etcd/2'] as const

async function configurationOf(model: Model, unit: string): Promise<string> {
  return (await model.unit(unit).host.run(['cat', '/var/snap/charmed-etcd/current/etcd.conf.yml'])).stdout
}

/** What the running etcd goes by, in its own words. */
async function quotaOf(model: Model, unit: string): Promise<number> {
  const metrics = await model.unit(unit).host.run(['curl', '-s', 'http://127.0.0.1:2381/metrics'])
  return Number(/^etcd_server_quota_backend_bytes (\S+)$/m.exec(metrics.stdout)?.[1])
}

const startsOf = (model: Model): Promise<readonly number[]> =>
  Promise.all(names.map(async (unit) => (await lookAtEtcd(model, unit)).starts))

/** The most members without a process at one time, looked at while hooks run. */
async function mostDownDuring(model: Model, settle: () => Promise<unknown>): Promise<number> {
  let [most, over] = [0, false]
  const watch = async (): Promise<void> => {
    while (!over) {
      const found = await Promise.all(names.map((unit) => model.unit(unit).host.run(['pgrep', '-x', 'etcd'])))
      most = Math.max(most, found.filter(({ code }) => code !== 0).length)
      await sleep(50)
    }
  }
  const watching = watch()
  await settle()
  over = true
  await watching
  return most
}

test('options of etcd', async (t) => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const config = (values: Readonly<Record<string, string | number>>): void => model.config('etcd', values)
  const status = (unit: string) => model.unit(unit).workload

  await t.test('a cluster is born with the defaults where an option is invalid, and says so', async () => {
    await model.deploy('etcd', { archive: archives.etcd, units: 3, config: { 'heartbeat-interval': 300 } })
    await model.settle()
    for (const unit of names) {
      assert.deepEqual(status(unit), {
        status: 'blocked',
        message:
          'option election-timeout is invalid; set it to at least 1500, which is five times heartbeat-interval',
      })
      assert.match(await configurationOf(model, unit), /^heartbeat-interval: 100$/m)
    }
    assert.equal(model.unit('etcd/0').app.status.status, 'blocked')
  })

  await t.test('once it is mended, members take it in turn, one restart each', async () => {
    const before = await startsOf(model)
    config({ 'election-timeout': 2000, 'quota-backend-bytes': '134217728', 'max-request-bytes': 2_000_000 })
    assert.ok((await mostDownDuring(model, () => model.settle())) <= 1, 'never two at once')
    assert.deepEqual(
      await startsOf(model),
      before.map((starts) => starts + 1),
    )
    for (const unit of names) {
      assert.deepEqual(status(unit), { status: 'active', message: '' })
      assert.match(await configurationOf(model, unit), /^heartbeat-interval: 300$/m)
      assert.equal(await quotaOf(model, unit), 134217728)
    }
    assert.deepEqual(writesOf(await model.updateStatus()), [], 'a settled model stays silent')
  })

  await t.test('an invalid one restarts nobody, and the others go on', async () => {
    const before = await startsOf(model)
    config({ 'snapshot-count': 1, 'log-level': 'warn' })
    await model.settle()
    for (const unit of names) {
      assert.equal(status(unit).message, 'option snapshot-count is invalid; set it to 100 to 1000000 entries')
      assert.match(await configurationOf(model, unit), /^snapshot-count: 10000$/m)
      assert.match(await configurationOf(model, unit), /^log-level: warn$/m)
    }
    assert.deepEqual(
      await startsOf(model),
      before.map((starts) => starts + 1),
    )
    assert.deepEqual(writesOf(await model.updateStatus()), [], 'said once')
  })

  await t.test('a unit that joins meanwhile has what the others have', async () => {
    config({ 'quota-backend-bytes': 'plenty', 'heartbeat-interval': 1, 'snapshot-count': 10_000 })
    await model.addUnit('etcd')
    await model.settle()
    const [first, last] = [await configurationOf(model, 'etcd/0'), await configurationOf(model, 'etcd/3')]
    const tuning = (text: string) =>
      text.match(/^(heartbeat|election|quota|snapshot|auto|max-request|log-level).*$/gm)
    assert.deepEqual(tuning(last), tuning(first))
    assert.equal(await quotaOf(model, 'etcd/3'), 134217728)
    assert.match(status('etcd/3').message, /^option heartbeat-interval is invalid.* \(and 1 more\)$/)
    model.removeUnit('etcd/3')
    config({ 'quota-backend-bytes': '134217728', 'heartbeat-interval': 300 })
    await model.settle()
  })

  await t.test('a quota below what the database has is refused by whoever has the data', async () => {
    const { host } = model.unit('etcd/0')
    const put = `head -c 1900000 /dev/zero | tr '\\0' x | etcdctl put big`
    const env = adminEnvironment(host)
    for (let count = 0; count < 12; count += 1) {
      const { code, stderr } = await host.spawn(['sh', '-c', put], { env }).ended
      assert.equal(code, 0, stderr)
    }
    config({ 'quota-backend-bytes': '16777216' })
    await model.settle()
    for (const unit of names) {
      assert.match(
        status(unit).message,
        /^option quota-backend-bytes is invalid; the database has \d+ MiB already/,
      )
      assert.equal(await quotaOf(model, unit), 134217728)
    }
    await etcdctl(host, 'put', 'small', '1')
    config({ 'quota-backend-bytes': 'auto' })
    await model.settle()
    for (const unit of names) {
      assert.deepEqual(status(unit), { status: 'active', message: '' })
      assert.ok((await quotaOf(model, unit)) > 134217728)
    }
  })
})
