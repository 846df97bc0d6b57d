// Options of etcd: refused in words where they are wrong, with the old setting in force for those who are there and for those who
// join; taken by one member after the other where they are right.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Status, StoryModel, Values } from './driver/driver.ts'
import { runsDuring, writesOf } from './driver/emulator-of.ts'
import { adminEnvironment, etcdctl, workloadOn } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { startsOf, startsSince, unitsOf } from './sound.ts'

async function configurationOf(model: StoryModel, unit: string): Promise<string> {
  const { paths } = await workloadOn(model, unit)
  return (await model.exec(unit, ['cat', paths.config])).stdout
}

/** What the running etcd goes by, in its own words. */
async function quotaOf(model: StoryModel, unit: string): Promise<number> {
  const { stdout } = await model.exec(unit, ['curl', '-s', 'http://127.0.0.1:2381/metrics'])
  return Number(/^etcd_server_quota_backend_bytes (\S+)$/m.exec(stdout)?.[1])
}

/** From here, as clients see it: on a controller no program of ours runs on a machine whose hook runs. */
async function listens(host: string): Promise<boolean> {
  const socket = connect({ host, port: 2379, timeout: 5000 })
  socket.on('timeout', () => socket.destroy(new Error('no answer')))
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** The most members that do not listen at one time, looked at while hooks run. */
async function mostDownDuring(addresses: readonly string[], settle: () => Promise<unknown>): Promise<number> {
  let [most, over] = [0, false]
  const watch = async (): Promise<void> => {
    while (!over) {
      const found = await Promise.all(addresses.map(listens))
      most = Math.max(most, found.filter((up) => !up).length)
      await sleep(50)
    }
  }
  const watching = watch()
  await settle()
  over = true
  await watching
  return most
}

/** Update-status changes nothing that anybody sees; where hooks can be seen, they write nothing. */
async function assertSilent(
  model: StoryModel,
  whereShown: (need: 'journal', body: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const before = await model.units('etcd')
  const runs = await runsDuring(model, () => model.updateStatus())
  assert.deepEqual(await model.units('etcd'), before)
  await whereShown('journal', async () =>
    assert.deepEqual(writesOf(runs), [], 'a settled model stays silent'),
  )
}

story('options of etcd', { ownModel: true }, async ({ model, step, whereShown }) => {
  const config = (values: Values): Promise<void> => model.configure('etcd', values)
  const status = async (unit: string): Promise<Status> => (await model.unit(unit)).workload
  await model.deploy('etcd', { charm: 'etcd', units: 3, config: { 'heartbeat-interval': 300 } })
  await model.settle()
  const names = await unitsOf(model)
  const addresses = (await model.units('etcd')).map(({ address }) => address)
  const [one = ''] = names

  await step('a cluster is born with the defaults where an option is invalid, and says so', async () => {
    for (const unit of names) {
      assert.deepEqual(await status(unit), {
        status: 'blocked',
        message:
          'option election-timeout is invalid; set it to at least 1500, which is five times heartbeat-interval',
      })
      assert.match(await configurationOf(model, unit), /^heartbeat-interval: 100$/m)
    }
    assert.equal((await model.application('etcd')).status.status, 'blocked')
  })

  await step('once it is mended, members take it in turn, one restart each', async () => {
    const before = await startsOf(model)
    const mended = { 'election-timeout': 2000, 'quota-backend-bytes': '134217728' }
    await config({ ...mended, 'max-request-bytes': 2_000_000 })
    assert.ok((await mostDownDuring(addresses, () => model.settle())) <= 1, 'never two at once')
    assert.deepEqual(await startsSince(model, before), [1, 1, 1])
    for (const unit of names) {
      assert.deepEqual(await status(unit), { status: 'active', message: '' })
      assert.match(await configurationOf(model, unit), /^heartbeat-interval: 300$/m)
      assert.equal(await quotaOf(model, unit), 134217728)
    }
    await assertSilent(model, whereShown)
  })

  await step('an invalid one restarts nobody, and the others go on', async () => {
    const before = await startsOf(model)
    await config({ 'snapshot-count': 1, 'log-level': 'warn' })
    await model.settle()
    for (const unit of names) {
      const { message } = await status(unit)
      assert.equal(message, 'option snapshot-count is invalid; set it to 100 to 1000000 entries')
      assert.match(await configurationOf(model, unit), /^snapshot-count: 10000$/m)
      assert.match(await configurationOf(model, unit), /^log-level: warn$/m)
    }
    assert.deepEqual(await startsSince(model, before), [1, 1, 1])
    await assertSilent(model, whereShown)
  })

  await step('a unit that joins meanwhile has what the others have', async () => {
    await config({ 'quota-backend-bytes': 'plenty', 'heartbeat-interval': 1, 'snapshot-count': 10_000 })
    await model.addUnit('etcd')
    await model.settle()
    const last = (await unitsOf(model)).find((unit) => !names.includes(unit)) ?? ''
    const tuning = (text: string) =>
      text.match(/^(heartbeat|election|quota|snapshot|auto|max-request|log-level).*$/gm)
    assert.deepEqual(tuning(await configurationOf(model, last)), tuning(await configurationOf(model, one)))
    assert.equal(await quotaOf(model, last), 134217728)
    const { message } = await status(last)
    assert.match(message, /^option heartbeat-interval is invalid.* \(\+1 more: run status\)$/)
    await model.removeUnit(last)
    await config({ 'quota-backend-bytes': '134217728', 'heartbeat-interval': 300 })
    await model.settle()
  })

  await step('a quota below what the database has is refused by whoever has the data', async () => {
    const workload = await workloadOn(model, one)
    const put = `head -c 1900000 /dev/zero | tr '\\0' x | "$0" put big`
    const env = adminEnvironment((await model.unit(one)).address, workload)
    for (let count = 0; count < 12; count += 1) {
      const { code, stderr } = await model.exec(one, ['sh', '-c', put, workload.paths.etcdctl], env)
      assert.equal(code, 0, stderr)
    }
    await config({ 'quota-backend-bytes': '16777216' })
    await model.settle()
    for (const unit of names) {
      const { message } = await status(unit)
      assert.match(message, /^option quota-backend-bytes is invalid; the database has \d+ MiB already/)
      assert.equal(await quotaOf(model, unit), 134217728)
    }
    await etcdctl(model, one, 'put', 'small', '1')
    await config({ 'quota-backend-bytes': 'auto' })
    await model.settle()
    for (const unit of names) {
      assert.deepEqual(await status(unit), { status: 'active', message: '' })
      assert.ok((await quotaOf(model, unit)) > 134217728)
    }
  })
})
