// On the emulator alone: machines are cut off and lost, and the time of machines is set.
// What an issuer of the operator's is told by, and what signs by itself, goes away: the leader's machine in the middle of a change, the
// provider's application, its machine until its certificate ends; and a clock jumps past the end of the charm's own certificates.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Model } from '../emulator/index.ts'
import { archives, openWorld } from './world.ts'
import { assertSound, heal } from './chaos/cluster.ts'
import { assertWrites, deployServed } from './chaos/units.ts'
import { Writer } from './chaos/writer.ts'
import { issuerCharm } from './driver/archives.ts'
import { emulated } from './driver/emulated-model.ts'
import { endpoints, issuersShown, shownBy, untilShown } from './issuers.ts'
import { startsOf, startsSince } from './sound.ts'

const { archive } = issuerCharm()
const skip = existsSync(archive)
  ? false
  : 'the issuer on the field’s library is not there; see the output of make'
const own = /^etcd (peer|server) authority$/

async function openWorldOf(minutes = 129_600): Promise<Model> {
  const model = await openWorld()
  await model.deploy('vault', { archive, config: { minutes } })
  return model
}

const leaderOf = ({ tables }: Model): string => tables.applications.get('etcd')?.leader ?? ''

test('five members change their issuer while the leader’s machine is lost, and the issuer’s application goes', {
  skip,
}, async (t) => {
  await using model = await openWorldOf()
  const web = await deployServed(model, 5)
  const eyes = emulated(model)
  const starts = await startsOf(eyes)
  await using writer = new Writer(eyes, web, 'web', '/web/lost/')

  await t.test('who does not follow is named; once it is removed, the change goes on', async () => {
    const gone = leaderOf(model)
    await model.cutOff(gone)
    model.passLeadership('etcd', gone === 'etcd/0' ? 'etcd/1' : 'etcd/0')
    for (const endpoint of Object.values(endpoints)) model.integrate(`etcd:${endpoint}`, 'vault:certificates')
    await model.settle()
    await heal(model)
    assert.match(model.unit(leaderOf(model)).workload.message, new RegExp(`used once ${gone} trusts it`))
    await model.loseUnit(gone)
    await model.settle()
    for (const role of ['peer', 'server'] as const) await untilShown(eyes, role, /^vault CA 1$/)
    await heal(model)
    const { [gone]: _lost, ...rest } = starts
    const since = await startsSince(eyes, rest)
    t.diagnostic(`starts: ${since}`)
    assert.ok(
      since.every((restarts) => restarts <= 2),
      String(since),
    )
  })

  await t.test('its application is removed: members go on by the charm’s own', async () => {
    const before = await startsOf(eyes)
    model.removeApplication('vault')
    for (const role of ['peer', 'server'] as const) await untilShown(eyes, role, own)
    await heal(model)
    const since = await startsSince(eyes, before)
    t.diagnostic(`starts: ${since}`)
    assert.ok(
      since.every((restarts) => restarts <= 2),
      String(since),
    )
    t.diagnostic(JSON.stringify(await writer.finish()))
    await assertSound(model)
  })
})

test('the issuer’s machine is gone until its certificate ends: it is told before, and nobody is shown an ended one', {
  skip,
}, async (t) => {
  await using model = await openWorldOf(4)
  const web = await deployServed(model, 1)
  const eyes = emulated(model)
  const starts = await startsOf(eyes)
  for (const endpoint of Object.values(endpoints)) model.integrate(`etcd:${endpoint}`, 'vault:certificates')
  for (const role of ['peer', 'server'] as const) await untilShown(eyes, role, /^vault CA 1$/)
  await using writer = new Writer(eyes, web, 'web', '/web/silent/')
  await model.cutOff('vault/0')
  const told: string[] = []
  for (let rounds = 0; rounds < 60; rounds += 1) {
    await sleep(5000)
    const shown = [await shownBy(eyes, 'etcd/0', 'peer'), await shownBy(eyes, 'etcd/0', 'server')]
    for (const one of shown) assert.ok(one.validToDate.getTime() > Date.now(), 'one that has ended is shown')
    await model.updateStatus('etcd')
    told.push(model.unit('etcd/0').workload.message)
    if (shown.every(({ issuer }) => /^CN=etcd /m.test(issuer))) break
  }
  for (const role of ['peer', 'server'] as const) assert.match((await issuersShown(eyes, role)).join(), own)
  assert.ok(
    told.some((words) =>
      /certificate over \S+ ends at .*the provider of the relation, has to sign/.test(words),
    ),
    told.join('\n'),
  )
  // One to trust its root, and one to trust it no more.
  assert.ok((await startsSince(eyes, starts)).every((restarts) => restarts <= 2))
  const history = await writer.finish()
  t.diagnostic(JSON.stringify(history))
  assert.deepEqual(
    model.tables.journal.filter(({ exit }) => exit !== 0),
    [],
  )
})

/** Whatever can run runs, though the issuer's hooks fail again and again. */
async function runBeside(model: Model, run: () => Promise<unknown>): Promise<void> {
  for (let tries = 0, settled = false; tries < 4 && !settled; tries += 1)
    settled = await (tries === 0 ? run() : model.settle()).then(
      () => true,
      (error: unknown) => {
        assert.match(String(error), /vault/)
        return false
      },
    )
}

test('one member changes its issuer, whose hooks then fail until the certificate is nearly over: it stays in use, and is renewed once they run', {
  skip,
}, async (t) => {
  await using model = await openWorldOf(5)
  const web = await deployServed(model, 1)
  const eyes = emulated(model)
  const starts = await startsOf(eyes)
  await using writer = new Writer(eyes, web, 'web', '/web/fails/')
  const relations = Object.values(endpoints).map((endpoint) =>
    model.integrate(`etcd:${endpoint}`, 'vault:certificates'),
  )
  for (const role of ['peer', 'server'] as const) await untilShown(eyes, role, /^vault CA 1$/)
  const serials = async (): Promise<readonly string[]> =>
    (await Promise.all([shownBy(eyes, 'etcd/0', 'peer'), shownBy(eyes, 'etcd/0', 'server')])).map(
      ({ serialNumber }) => serialNumber,
    )
  const before = await serials()
  model.config('vault', { answer: 'fail' })
  await runBeside(model, () => model.settle())
  const requests = (): number =>
    relations.reduce((sum, { id }) => {
      const text = model.databag(id, 'etcd/0').certificate_signing_requests ?? '[]'
      return sum + JSON.parse(text).length
    }, 0)
  const told = (): string => model.unit('etcd/0').workload.message
  while (!/certificate over \S+ ends at .*the provider of the relation, has to sign/.test(told())) {
    await sleep(3000)
    await runBeside(model, () => model.updateStatus('etcd'))
    assert.deepEqual(await serials(), before, told())
  }
  assert.equal(requests(), 4, 'one in use and one to come, of each')
  model.config('vault', { answer: 'sign' })
  for (let rounds = 0; rounds < 20 && (await serials()).some((one) => before.includes(one)); rounds += 1)
    await model.updateStatus('etcd')
  assert.ok((await serials()).every((one) => !before.includes(one)))
  for (const role of ['peer', 'server'] as const) await untilShown(eyes, role, /^vault CA 1$/)
  assert.deepEqual(await startsSince(eyes, starts), [1])
  for (const { id } of relations) model.removeRelation(id)
  for (const role of ['peer', 'server'] as const) await untilShown(eyes, role, own)
  await heal(model)
  assert.deepEqual(await startsSince(eyes, starts), [2])
  const history = await writer.finish()
  t.diagnostic(JSON.stringify(history))
  // One member's restart is an outage, and there is no other one.
  assert.ok(history.longestGapMs < 30_000, String(history.longestGapMs))
  const failed = model.tables.journal.filter(({ unit, exit }) => exit !== 0 && unit !== 'vault/0')
  assert.deepEqual(failed, [])
})

/** As of then, on the machines of all: their etcd goes by the real time. */
function setClocks({ tables }: Model, offset: string | undefined): void {
  for (const { units } of tables.applications.values()) for (const { host } of units) host.setClock(offset)
}

test('a clock jumps past the end of the charm’s own certificates: members show new ones, and nobody restarts', async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd, units: 3 })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  setClocks(model, '-40d')
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  await heal(model)
  const eyes = emulated(model)
  const starts = await startsOf(eyes)
  setClocks(model, `-${30 * 86_400 - 60}`)
  model.config('etcd', { 'certificate-days': 30 })
  await model.settle()
  const ends = (await shownBy(eyes, 'etcd/0', 'server')).validToDate.getTime()
  assert.ok(Math.abs(ends - Date.now()) < 120_000, 'it does not end soon')
  await sleep(Math.max(0, ends - Date.now()) + 20_000)
  await assert.rejects(assertWrites(model, id, '/web/ended'))
  setClocks(model, undefined)
  await model.updateStatus('etcd')
  await heal(model)
  for (const unit of ['etcd/0', 'etcd/1', 'etcd/2'])
    for (const role of ['peer', 'server'] as const)
      assert.ok((await shownBy(eyes, unit, role)).validToDate.getTime() > Date.now(), `${role} of ${unit}`)
  await assertWrites(model, id, '/web/again')
  assert.deepEqual(await startsSince(eyes, starts), [0, 0, 0])
  await assertSound(model)
})
