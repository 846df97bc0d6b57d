// On the emulator alone: the snap store has several releases of etcd, one of a line that no charm knows, and a member serves the v2 API for once.
// What a refresh refuses before anything stops, what an operator orders in spite of it, and what no order takes out of the way.

import assert from 'node:assert/strict'
import { readlinkSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { type TestContext, test } from 'node:test'
import { hostPort } from '../../src/machine/network.ts'
import { insist } from '../emulator/host/host.ts'
import { assertSound } from './chaos/cluster.ts'
import {
  assertOneAwayAtATime,
  beginOn,
  comeToRest,
  finishUnharmed,
  goHalfWay,
  type Refreshing,
  startsSince,
  versionsOf,
} from './refreshing.ts'
import { missing, revisions, unknown, type Version } from './releases.ts'
import { etcdctl } from './world.ts'

type Model = Refreshing['model']
type Run = Awaited<ReturnType<Model['runAction']>>

const none = { 'etcd/0': 0, 'etcd/1': 0, 'etcd/2': 0 }
const messageOf = (model: Model, unit: string): string => model.unit(unit).workload.message

async function order({ model }: Refreshing, unit: string, action: string, off = ''): Promise<Run> {
  return model.runAction(unit, action, off === '' ? {} : { [off]: false })
}

async function refuses(world: Refreshing, unit: string, action: string, off: string, words: RegExp) {
  const { status, message } = await order(world, unit, action, off)
  assert.deepEqual([status, words.test(message)], ['failed', true], message)
}

async function obeys(world: Refreshing, unit: string, action: string, off = ''): Promise<void> {
  const { status, message } = await order(world, unit, action, off)
  assert.equal(status, 'completed', message)
}

async function runs(world: Refreshing, story: TestContext, ...versions: readonly Version[]): Promise<void> {
  await comeToRest(world.model, story)
  assert.deepEqual(await versionsOf(world.model), versions)
}

/** As one that an operator set up to serve it; no hook runs meanwhile, so the charm does not set it right. */
async function writeByV2({ model }: Refreshing, unit: string): Promise<void> {
  const { host } = model.unit(unit)
  const config = host.outside('/var/snap/charmed-etcd/current/etcd.conf.yml')
  const before = await readFile(config, 'utf8')
  const restart = async (text: string): Promise<void> => {
    await writeFile(config, text)
    await insist(host.name, host.spawn, ['systemctl', 'restart', 'snap.charmed-etcd.etcd.service'])
    await etcdctl(host, 'endpoint', 'health')
  }
  await restart(`${before}\nenable-v2: true\n`)
  assert.equal(await askV2(model, unit, 'PUT'), 201)
  assert.equal(await askV2(model, unit, 'DELETE'), 200)
  await restart(before)
}

async function askV2(model: Model, unit: string, method: string): Promise<number | undefined> {
  const { host } = model.unit(unit)
  const read = (name: string): Promise<Buffer> =>
    readFile(host.outside(`/var/snap/charmed-etcd/common/tls/${name}`))
  const [ca, cert, key] = await Promise.all([read('server-ca.pem'), read('admin.crt'), read('admin.key')])
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const url = `https://${hostPort(host.address, 2379)}/v2/keys/mine?value=x`
    request(url, { method, ca, cert, key, headers }, (answer) => resolve(answer.resume().statusCode))
      .on('error', reject)
      .end()
  })
}

/** A unit goes in its hook, and its agent is lost before that hook has ended: what it runs is known to nobody. */
async function loseAgentWithin(world: Refreshing, to: Version, unit: string): Promise<void> {
  const { model } = world
  const current = model.unit(unit).host.outside('/snap/charmed-etcd/current')
  const gone = (): boolean => readlinkSync(current) === String(revisions[to])
  model.killHooks((whose, tool) => whose === unit && tool === 'exit' && gone())
  await goHalfWay(world, to, unit)
  model.unit(unit).unreachable = true
  model.killHooks(() => false)
}

interface Row {
  readonly name: string
  readonly run: (world: Refreshing, story: TestContext) => Promise<void>
  readonly ends: Version
}

const rows: readonly Row[] = [
  {
    name: 'a line that this charm does not know is refused, and no order helps',
    async run(world) {
      const { model, offer } = world
      await offer(['3.5.16', '3.5.30', '3.6.16'], { unknown: true })
      const begun = Date.now()
      model.config('etcd', { 'etcd-snap-revision': unknown.revision })
      await model.settle()
      const words = /this revision of the charm was not made for that line of etcd/
      assert.match(messageOf(model, 'etcd/2'), words)
      await refuses(world, 'etcd/2', 'force-refresh-start', 'check-compatibility', words)
      assert.deepEqual(await startsSince(model, begun), none)
      model.config('etcd', { 'etcd-snap-revision': 0 })
    },
    ends: '3.5.30',
  },
  {
    name: 'what came by the v2 API is refused before a member is touched, until the log has forgotten it',
    async run(world, story) {
      const { model, refresh } = world
      await writeByV2(world, 'etcd/2')
      const begun = Date.now()
      await refresh('3.6.16')
      await runs(world, story, '3.5.30', '3.5.30', '3.5.30')
      const words = /holds requests of the v2 API, and etcd 3\.6 would not start; .*snapshot-count=100/
      assert.match(messageOf(model, 'etcd/2'), words)
      await refuses(world, 'etcd/2', 'force-refresh-start', 'check-compatibility', words)
      await runs(world, story, '3.5.30', '3.5.30', '3.5.30')
      assert.deepEqual(await startsSince(model, begun), none)
      model.config('etcd', { 'snapshot-count': 100 })
      await runs(world, story, '3.5.30', '3.5.30', '3.6.16')
      await refresh('3.5.30')
    },
    ends: '3.5.30',
  },
  {
    name: 'an older patch is refused, and goes unit by unit where an operator answers for it',
    async run(world, story) {
      const { model, refresh } = world
      const begun = Date.now()
      await refresh('3.5.16')
      await runs(world, story, '3.5.30', '3.5.30', '3.5.30')
      const words = /an older patch brings its faults back/
      assert.match(messageOf(model, 'etcd/2'), words)
      await refuses(world, 'etcd/2', 'force-refresh-start', '', /there is nothing to force/)
      await refuses(world, 'etcd/2', 'force-refresh-start', 'run-pre-refresh-checks', words)
      await refuses(world, 'etcd/1', 'force-refresh-start', 'check-compatibility', /run it on etcd\/2/)
      assert.deepEqual(await startsSince(model, begun), none)
      await obeys(world, 'etcd/2', 'force-refresh-start', 'check-compatibility')
      await runs(world, story, '3.5.30', '3.5.30', '3.5.16')
      await refuses(world, 'etcd/0', 'resume-refresh', '', /^run it on etcd\/1, which is next$/)
      await obeys(world, 'etcd/1', 'resume-refresh')
      await runs(world, story, '3.5.30', '3.5.16', '3.5.16')
      assert.match(
        model.unit('etcd/0').app.status.message,
        /^refresh waits: check etcd\/2, etcd\/1, then run resume-refresh on etcd\/0/,
      )
      await obeys(world, 'etcd/0', 'resume-refresh')
    },
    ends: '3.5.16',
  },
  {
    name: 'who has gone and tells nothing holds the others up, until an operator answers for that',
    async run(world, story) {
      const { model } = world
      model.config('etcd', { 'pause-after-unit-refresh': 'none' })
      await model.settle()
      await loseAgentWithin(world, '3.5.30', 'etcd/2')
      await runs(world, story, '3.5.16', '3.5.16', '3.5.30')
      await refuses(world, 'etcd/1', 'resume-refresh', '', /etcd\/2/)
      await obeys(world, 'etcd/1', 'resume-refresh', 'check-health-of-refreshed-units')
      await runs(world, story, '3.5.16', '3.5.30', '3.5.30')
      model.unit('etcd/2').unreachable = false
    },
    ends: '3.5.30',
  },
]

test('what a refresh refuses, and what an operator orders in spite of it', {
  skip: missing('3.5.16', '3.5.30', '3.6.16'),
}, async (story) => {
  const config = { 'pause-after-unit-refresh': 'all' }
  await using world = await beginOn({ from: '3.5.30', to: ['3.5.16', '3.6.16'], config })
  const { model, write } = world
  for (const [nth, { name, run, ends }] of rows.entries())
    await story.test(name, async (inner) => {
      await using writer = write(`/web/${nth}/`)
      const begun = Date.now()
      await run(world, inner)
      await runs(world, inner, ends, ends, ends)
      await finishUnharmed(writer, name, inner)
      if (nth > 1) await assertOneAwayAtATime(model, begun)
      await assertSound(model)
    })
})
