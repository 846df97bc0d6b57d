// On the emulator alone: the time of a machine is set.
// The charm's own authorities come near their end, or have ended while no hook ran: new ones take their place, and members and
// clients go on by them. And a leader whose clock is years behind neither signs nor shuts anybody out.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal } from './chaos/cluster.ts'
import { assertWrites, deployServed } from './chaos/units.ts'
import { Writer } from './chaos/writer.ts'
import { emulated } from './driver/emulated-model.ts'
import { startsOf, startsSince } from './sound.ts'
import { archives, credentialsOf, openWorld } from './world.ts'

const day = 24 * 60 * 60
const lasts = 3650 * day

/** The authorities that a client was told. */
function told(model: Model, web: number): readonly X509Certificate[] {
  return String(credentialsOf(model, web, 'web').rootCertificate)
    .split(/(?<=-----END CERTIFICATE-----\n)/)
    .filter((pem) => pem.includes('BEGIN'))
    .map((pem) => new X509Certificate(pem))
}

const areNew = (all: readonly X509Certificate[]): boolean =>
  all.length === 1 &&
  all.every(({ validToDate }) => validToDate.getTime() - Date.now() > 9 * 365 * day * 1000)

/** Update-status as often as it takes until the client is told what it should be. */
async function untilTold(model: Model, web: number, right: () => boolean): Promise<void> {
  for (let rounds = 0; rounds < 12 && !right(); rounds += 1) await heal(model)
  const ends = told(model, web).map(({ validTo }) => validTo)
  assert.ok(right(), ends.join())
}

function leaderOf(model: Model) {
  return model.unit(model.tables.applications.get('etcd')?.leader ?? '')
}

/** To authorities that end in so many seconds: as if they had been made ten years ago. Hooks that follow go by the true time. */
async function rotateAsIf(model: Model, left: number): Promise<void> {
  const { host, name } = leaderOf(model)
  host.setClock(`-${lasts - left}`)
  const action = model.askAction(name, 'rotate-authorities')
  while (action.status !== 'completed') assert.ok(await model.runOne(), action.message)
  host.setClock(undefined)
}

function assertNeverUnsettled(model: Model): void {
  const words = model.tables.journal.flatMap(({ calls }) => calls.flatMap(({ args }) => args))
  assert.deepEqual(
    words.filter((word) => word.includes('does not settle')),
    [],
  )
}

test('authorities that are near their end are replaced by themselves, without an outage', async (t) => {
  await using model = await openWorld()
  const eyes = emulated(model)
  const web = await deployServed(model, 3)
  const [first] = told(model, web)
  await rotateAsIf(model, 7 * day)
  const starts = await startsOf(eyes)
  await using writer = new Writer(eyes, web, 'web', '/web/end/')
  await untilTold(
    model,
    web,
    () => areNew(told(model, web)) && told(model, web)[0]?.fingerprint256 !== first?.fingerprint256,
  )
  await heal(model)
  t.diagnostic(`starts: ${await startsSince(eyes, starts)}; ${JSON.stringify(await writer.finish())}`)
  // Two changes of authorities, one after the other.
  assert.ok((await startsSince(eyes, starts)).every((restarts) => restarts <= 4))
  assertNeverUnsettled(model)
  await assertSound(model)
})

test('authorities that have ended while no hook ran are replaced by themselves', async () => {
  await using model = await openWorld()
  const web = await deployServed(model, 3)
  const left = 240
  const ends = Date.now() + left * 1000
  await rotateAsIf(model, left)
  const rotations = (): number =>
    model.tables.journal.filter(({ log }) => log.some((line) => line.includes('authorities/rotate finish')))
      .length
  while (rotations() === 0) assert.ok(await model.runOne(), 'the rotation has stopped')
  assert.ok(Date.now() < ends, 'this machine is too slow for this story')
  await sleep(ends - Date.now() + 5000)
  await assert.rejects(assertWrites(model, web, '/web/ended'))
  await untilTold(model, web, () => areNew(told(model, web)))
  await heal(model)
  await assertWrites(model, web, '/web/a')
  assertNeverUnsettled(model)
  for (const { name, workload } of model.tables.applications.get('etcd')?.units ?? [])
    assert.deepEqual(workload, { status: 'active', message: '' }, name)
})

test('a leader whose clock is years behind signs nothing and shuts nobody out, says so, and goes on once it is right', async () => {
  await using model = await openWorld()
  const eyes = emulated(model)
  const web = await deployServed(model, 3)
  const starts = await startsOf(eyes)
  const { host } = leaderOf(model)
  host.setClock(`-${lasts}`)
  await model.updateStatus('etcd')
  model.config('etcd', { 'certificate-extra-sans': 'later.example' })
  await model.settle()
  await heal(model)
  assert.match(model.tables.applications.get('etcd')?.status.message ?? '', /its clock says/)
  await assertWrites(model, web, '/web/behind')
  host.setClock(undefined)
  await heal(model)
  await assertWrites(model, web, '/web/right')
  assert.deepEqual(await startsSince(eyes, starts), [0, 0, 0])
  assertNeverUnsettled(model)
  await assertSound(model)
})

/** Founded while every clock is that many seconds off, which is then set right: so long as machines wait for their time server, say. */
async function foundedAt(model: Model, offset: string): Promise<() => Promise<number>> {
  await model.deploy('etcd', { archive: archives.etcd, units: 3 })
  const hosts = (model.tables.applications.get('etcd')?.units ?? []).map(({ host }) => host)
  for (const host of hosts) host.setClock(offset)
  await model.settle()
  for (const host of hosts) host.setClock(undefined)
  return async () => {
    await heal(model)
    await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
    const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
    await model.settle()
    await heal(model)
    return id
  }
}

test('a cluster that was founded by a clock years behind, so that all its certificates have ended, heals by itself', async () => {
  await using model = await openWorld()
  const serve = await foundedAt(model, `-${lasts + 300 * day}`)
  await assertWrites(model, await serve(), '/web/a')
  assertNeverUnsettled(model)
  await assertSound(model)
})

test('a cluster that was founded by a clock years ahead says so, and goes on with new authorities', async () => {
  await using model = await openWorld()
  const serve = await foundedAt(model, `+${lasts}`)
  await heal(model)
  const said = /^its clock says .* run rotate-authorities on the leader/
  for (const { name, workload } of model.tables.applications.get('etcd')?.units ?? [])
    assert.match(workload.message, said, name)
  const { name } = leaderOf(model)
  const action = model.askAction(name, 'rotate-authorities')
  await model.settle()
  assert.equal(action.status, 'completed', action.message)
  await assertWrites(model, await serve(), '/web/a')
  assertNeverUnsettled(model)
  await assertSound(model)
})
