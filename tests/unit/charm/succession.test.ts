// Whatever is asked for, removed and renewed, in whatever order hooks see it and wherever they are killed: a name never has the keys of
// one owner while a member trusts the certificate of another one, or has something open of what the name had before.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { begin, end, names, newWorld, prefixOf, type World } from './succession-world.ts'

const units = ['etcd/0', 'etcd/1', 'etcd/2'] as const
const relations = [4, 5, 6] as const

type Event =
  | {
      readonly kind: 'ask'
      readonly relation: number
      readonly commonName: string
      readonly part: string
      readonly serial: number
    }
  | { readonly kind: 'leave'; readonly relation: number }
  | { readonly kind: 'lead'; readonly unit: string }
  | { readonly kind: 'begin'; readonly unit: string }
  /** The hook does so many steps at most before it is killed; one that gets no turn to restart commits all the same. */
  | { readonly kind: 'end'; readonly unit: string; readonly most: number; readonly turn: boolean }

const ask = fc.record({
  kind: fc.constant('ask' as const),
  relation: fc.constantFrom(...relations),
  commonName: fc.oneof({ weight: 4, arbitrary: fc.constant(names[0]) }, fc.constantFrom(...names)),
  part: fc.constantFrom('', 'a/', 'b/'),
  serial: fc.nat(1),
})
const leave = fc.record({ kind: fc.constant('leave' as const), relation: fc.constantFrom(...relations) })
const start = fc.record({ kind: fc.constant('begin' as const), unit: fc.constantFrom(...units) })
const finish = fc.record({
  kind: fc.constant('end' as const),
  unit: fc.oneof({ weight: 2, arbitrary: fc.constant(units[0]) }, fc.constantFrom(...units)),
  most: fc.oneof({ weight: 3, arbitrary: fc.constant(1000) }, fc.nat(6)),
  turn: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
})
const event: fc.Arbitrary<Event> = fc.oneof(ask, leave, start, { weight: 4, arbitrary: finish })

function happen(world: World, what: Event, check: () => void): void {
  switch (what.kind) {
    case 'ask': {
      const { relation, commonName, part, serial } = what
      world.asks.set(relation, {
        commonName,
        prefix: `/${relation}/${part}`,
        serial: `${commonName}-${relation}-${serial}`,
      })
      world.gone.delete(relation)
      return
    }
    case 'leave':
      if (world.asks.delete(what.relation)) world.gone.add(what.relation)
      return
    case 'lead':
      world.leader = what.unit
      return
    case 'begin':
      begin(world, what.unit)
      return
    case 'end':
      end(world, what.unit, what, check)
      return
    default:
      what satisfies never
  }
}

function assertNobodyIsLetInTooEarly(world: World): void {
  for (const name of names) {
    const prefix = prefixOf(world, name)
    if (prefix === undefined) continue
    for (const [unit, { loaded, watches }] of world.nodes) {
      for (const { commonName, serial } of loaded?.leaves ?? []) {
        const owner = /-(\d)-\d$/.exec(serial)?.[1]
        if (commonName === name)
          assert.ok(prefix.startsWith(`/${owner}/`), `${unit} trusts relation ${owner} for ${prefix}`)
      }
      for (const watch of watches) {
        const [who, what = ''] = watch.split(' ')
        if (who === name) assert.ok(what.startsWith(prefix), `${unit} still shows ${what}, now ${prefix}`)
      }
    }
  }
}

const { SEED: seed } = process.env

/** A hook that nothing keeps from its end. */
const whole = { most: 1000, turn: true }

describe('between two owners of a name', () => {
  it('nobody reaches what is the other’s, nor watches what it gave up', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 10, maxLength: 60 }), (events) => {
        const world = newWorld(units)
        const check = (): void => assertNobodyIsLetInTooEarly(world)
        for (const what of events) {
          happen(world, what, check)
          check()
        }
      }),
      // RUNS=2000 looks further, by chance; SEED= begins where another run did.
      { numRuns: Number(process.env.RUNS ?? 100), ...(seed !== undefined && { seed: Number(seed) }) },
    )
  })

  it('the one who waits is served once every hook has run a few times', () => {
    const world = newWorld(units)
    const check = (): void => assertNobodyIsLetInTooEarly(world)
    const settle = (): void => {
      for (let round = 0; round < 6; round += 1) for (const unit of units) end(world, unit, whole, check)
    }
    happen(world, { kind: 'ask', relation: 4, commonName: 'shared', part: '', serial: 0 }, check)
    settle()
    assert.equal(prefixOf(world, 'shared'), '/4/')
    happen(world, { kind: 'ask', relation: 5, commonName: 'shared', part: '', serial: 0 }, check)
    happen(world, { kind: 'leave', relation: 4 }, check)
    end(world, units[0], whole, check)
    assert.equal(prefixOf(world, 'shared'), undefined)
    settle()
    assert.equal(prefixOf(world, 'shared'), '/5/')
    happen(world, { kind: 'ask', relation: 5, commonName: 'shared', part: 'a/', serial: 0 }, check)
    settle()
    assert.equal(prefixOf(world, 'shared'), '/5/a/')
    assert.equal(world.ledger.departed.size, 0)
  })

  it('a member that is away keeps the name from the next one until it is back', () => {
    const world = newWorld(units)
    const check = (): void => assertNobodyIsLetInTooEarly(world)
    const settle = (some: readonly string[]): void => {
      for (let round = 0; round < 6; round += 1) for (const unit of some) end(world, unit, whole, check)
    }
    happen(world, { kind: 'ask', relation: 4, commonName: 'shared', part: '', serial: 0 }, check)
    settle(units)
    happen(world, { kind: 'leave', relation: 4 }, check)
    happen(world, { kind: 'ask', relation: 5, commonName: 'Shared', part: '', serial: 0 }, check)
    settle(['etcd/0', 'etcd/1'])
    assert.deepEqual([prefixOf(world, 'shared'), prefixOf(world, 'Shared')], [undefined, undefined])
    settle(units)
    assert.equal(prefixOf(world, 'Shared'), '/5/')
  })
})
