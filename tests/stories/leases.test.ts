// How long a lease lives over rolls: raft leadership, with which each lease gets its full time again, moves once in a roll.

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { untilServed } from './driver/deployments.ts'
import { etcdctl } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { deployServed, startsOf, startsSince, unitsOf } from './sound.ts'

const ttl = 60

for (const rolls of [1, 3] as const) {
  const title = `over ${rolls} rolls of three members leadership moves ${rolls} times`
  story(title, { ownModel: true }, async ({ model, note }) => {
    await deployServed(model, 3)
    const clients = ['a', 'b', 'c'].slice(0, rolls).map((letter) => `roll-${letter}`)
    for (const name of clients) await model.deploy(name, { charm: 'client', config: { prefix: `/${name}/` } })
    await model.settle()
    const [unit = ''] = await unitsOf(model)
    const ask = (...words: readonly string[]): Promise<string> => etcdctl(model, unit, ...words)
    const termOf = async (): Promise<number> => {
      const [row] = JSON.parse(await ask('-w', 'json', 'endpoint', 'status'))
      return row.Status.raftTerm
    }
    const [term, starts] = [await termOf(), await startsOf(model)]
    const lease = /lease (\w+) granted/.exec(await ask('lease', 'grant', String(ttl)))?.[1]
    assert.ok(lease)
    await ask('put', `--lease=${lease}`, '/web/lock', 'mine')
    const begun = performance.now()
    // Each is a truststore roll: one client more.
    for (const name of clients) {
      await model.integrate('etcd:etcd-client', `${name}:etcd`)
      await untilServed(model, [name])
    }
    const rolled = (performance.now() - begun) / 1000
    const moves = (await termOf()) - term
    const restarts = await startsSince(model, starts)
    while ((await ask('get', '--keys-only', '/web/lock')).trim() !== '') await sleep(500)
    const life = (performance.now() - begun) / 1000
    note(`a lease of ${ttl} s lived ${life.toFixed(0)} s; ${moves} moves in ${rolled.toFixed(0)} s of rolls`)
    assert.deepEqual(restarts, [rolls, rolls, rolls])
    assert.equal(moves, rolls)
  })
}
