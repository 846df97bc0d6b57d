// A requirer that changes its mind each second, in whatever way: it rolls the members a few times in an interval, and not each second.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { defaults } from '../../../src/config.ts'
import { happen, units, whole } from './succession-events.ts'
import { prefixOf } from './succession-etcd.ts'
import { ask, end, newWorld, type World } from './succession-world.ts'

const seconds = 200
const interval = defaults['client-restart-interval']

function askFor(world: World, request: string, part = '', nth = 0, more = {}): void {
  const commonName = 'other'
  const serial = `${commonName}-4-a${nth}`
  ask(world, 4, request, { commonName, prefix: `/4/${part}`, serial, ...more })
}

const ways: Readonly<Record<string, (world: World, second: number) => void>> = {
  'another certificate': (world, second) => askFor(world, 'a', '', second % 10),
  'another prefix': (world, second) => askFor(world, 'a', second % 2 ? 'a/' : 'b/'),
  'a request that goes and comes': (world, second) => {
    if (second % 2) world.asks.get(4)?.delete('a')
    else askFor(world, 'a')
  },
  'another request each time': (world, second) => {
    world.asks.get(4)?.delete(`r${second - 1}`)
    const [commonName, serial] = [`other-${second}`, `other-${second}-4-a0`]
    askFor(world, `r${second}`, '', 0, { commonName, serial })
  },
  'another request for the same name, and another certificate,': (world, second) => {
    world.asks.get(4)?.delete(`r${second - 1}`)
    askFor(world, `r${second}`, '', second)
  },
  'another request and prefix for the same name': (world, second) => {
    world.asks.get(4)?.delete(`r${second - 1}`)
    askFor(world, `r${second}`, `${second % 3}/`)
  },
  'another name and prefix': (world, second) => {
    const commonName = second % 2 ? 'other' : 'another'
    askFor(world, 'a', `${second % 3}/`, 0, { commonName, serial: `${commonName}-4-a0` })
  },
  'a good certificate and a bad one': (world, second) => askFor(world, 'a', '', 0, { bad: second % 2 === 1 }),
  'its requests one after the other': (world, second) => {
    if (second < 80) return
    if (second === 80)
      for (let nth = 0; nth < 60; nth += 1)
        askFor(world, `r${nth}`, '', 0, { commonName: `n${nth}`, serial: `n${nth}-4-a0` })
    if (second > 120) world.asks.get(4)?.delete(`r${second - 121}`)
  },
}

for (const [way, change] of Object.entries(ways))
  it(`a requirer that sends ${way} each second leaves the members to all others`, () => {
    const world = newWorld(units)
    const nothing = (): void => {}
    happen(
      world,
      { kind: 'ask', relation: 5, request: 'a', commonName: 'shared', part: '', serial: 0 },
      nothing,
    )
    const round = (): void => {
      for (const unit of units) end(world, unit, whole, nothing)
    }
    for (let times = 0; times < 4; times += 1) round()
    const before = [...world.nodes.values()].map(({ invocation }) => invocation)
    for (let second = 0; second < seconds; second += 1) {
      world.now += 1000
      change(world, second)
      round()
    }
    const rolls = [...world.nodes.values()].map(({ invocation }, at) => invocation - (before[at] ?? 0))
    // One to end it, one for what comes in its place, and one for what was gathered meanwhile.
    assert.ok(Math.max(...rolls) <= 3 * (1 + seconds / interval), `${rolls} restarts in ${seconds} seconds`)
    assert.equal(prefixOf(world, 'shared'), '/5/')
  })
