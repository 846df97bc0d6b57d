// On the emulator alone: the time of machines is set.
// The charm's own authorities come near their end, or a clock jumps past it: new ones take their place, and members and clients go on by them.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { assertSound, heal } from './chaos/cluster.ts'
import { assertWrites, deployServed } from './chaos/units.ts'
import { credentialsOf, openWorld } from './world.ts'

const day = 24 * 60 * 60
const lasts = 3650 * day

for (const [title, left, units] of [
  ['near their end', 7 * day, 3],
  ['past their end', -60, 2],
] as const)
  test(`authorities that are ${title} are replaced by themselves`, async () => {
    await using model = await openWorld()
    const web = await deployServed(model, units)
    const told = (): readonly X509Certificate[] =>
      String(credentialsOf(model, web, 'web').rootCertificate)
        .split(/(?<=-----END CERTIFICATE-----\n)/)
        .filter((pem) => pem.includes('BEGIN'))
        .map((pem) => new X509Certificate(pem))
    const [first] = told()
    const isNew = (): boolean =>
      told().length === 1 &&
      told().every(
        ({ fingerprint256, validToDate }) =>
          fingerprint256 !== first?.fingerprint256 &&
          validToDate.getTime() - Date.now() > 9 * 365 * day * 1000,
      )
    // As if they had been made ten years ago: by a leader whose clock is behind.
    const leader = model.tables.applications.get('etcd')?.leader ?? ''
    const { host } = model.unit(leader)
    host.setClock(`-${lasts - left}`)
    const action = await model.runAction(leader, 'rotate-authorities')
    host.setClock(undefined)
    assert.equal(action.status, 'completed', action.message)
    for (let rounds = 0; rounds < 10 && !isNew(); rounds += 1) {
      await model.settle()
      await heal(model)
    }
    assert.ok(
      isNew(),
      told()
        .map(({ validTo }) => validTo)
        .join(),
    )
    await assertWrites(model, web, '/web/a')
    await assertSound(model)
  })
