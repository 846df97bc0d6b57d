// How long a lease lives over rolls: raft leadership, with which each lease gets its full time again, moves once in a roll.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Model } from '../emulator/index.ts'
import { unitsOf } from './chaos/cluster.ts'
import { deployServed } from './chaos/units.ts'
import { startsOf } from './next-start.ts'
import { archives, etcdctl, openWorld } from './world.ts'

const ttl = 60

async function termOf(model: Model): Promise<number> {
  const [row] = JSON.parse(await etcdctl(model.unit('etcd/0').host, '-w', 'json', 'endpoint', 'status'))
  return row.Status.raftTerm
}

/** A truststore roll: one client more. */
async function roll(model: Model, nth: number): Promise<void> {
  const name = `roll-${'abc'.charAt(nth)}`
  model.integrate('etcd:etcd-client', `${name}:etcd`)
  await model.settle()
}

for (const rolls of [1, 3] as const) {
  test(`over ${rolls} rolls of three members leadership moves ${rolls} times`, async (t) => {
    const model = await openWorld()
    after(() => model[Symbol.asyncDispose]())
    await deployServed(model, 3)
    for (let nth = 0; nth < rolls; nth += 1)
      await model.deploy(`roll-${'abc'.charAt(nth)}`, {
        archive: archives.client,
        config: { prefix: `/roll-${nth}/` },
      })
    await model.settle()
    const [term, starts] = [await termOf(model), await startsOf(model)]
    const { host } = model.unit('etcd/0')
    const lease = /lease (\w+) granted/.exec(await etcdctl(host, 'lease', 'grant', String(ttl)))?.[1]
    assert.ok(lease)
    await etcdctl(host, 'put', `--lease=${lease}`, '/web/lock', 'mine')
    const begun = performance.now()
    for (let nth = 0; nth < rolls; nth += 1) await roll(model, nth)
    const rolled = (performance.now() - begun) / 1000
    const moves = (await termOf(model)) - term
    const restarted = await startsOf(model)
    while ((await etcdctl(host, 'get', '--keys-only', '/web/lock')).trim() !== '') await sleep(500)
    const life = (performance.now() - begun) / 1000
    t.diagnostic(
      `a lease of ${ttl} s lived ${life.toFixed(0)} s; ${moves} moves in ${rolled.toFixed(0)} s of rolls`,
    )
    for (const unit of unitsOf(model)) assert.equal((restarted[unit] ?? 0) - (starts[unit] ?? 0), rolls, unit)
    assert.equal(moves, rolls)
  })
}
