// Whatever is asked for, removed, renewed, suspended and revoked, in whatever order hooks see it and wherever they are killed: a name never
// has the keys of one owner while a member trusts the certificate of another one, or has something open of what the name had before.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { type Event, event, happen, units, whole } from './succession-events.ts'
import { prefixOf } from './succession-etcd.ts'
import { names } from './succession-observed.ts'
import { type Asks, end, newWorld, type World } from './succession-world.ts'

function assertNobodyIsLetInTooEarly(world: World): void {
  for (const name of names) {
    const prefix = prefixOf(world, name)
    if (prefix === undefined) continue
    for (const [unit, { runs, watches }] of world.nodes) {
      for (const { commonName, serial } of runs ?? []) {
        const owner = /-(\d)-[ab]\d$/.exec(serial)?.[1]
        if (commonName === name)
          assert.ok(prefix.startsWith(`/${owner}/`), `${unit} trusts relation ${owner} for ${prefix}`)
      }
      for (const watch of watches) {
        const [who, what = ''] = watch.split(' ')
        if (who === name) assert.ok(what.startsWith(prefix), `${unit} still shows ${what}, now ${prefix}`)
      }
    }
  }
  assertRevokedStayOut(world)
}

function assertRevokedStayOut({ ledger }: World): void {
  for (const { key, entry } of ledger.entries.values()) {
    const revoked = ledger.revoked.get(key.relation) ?? []
    if (entry.state === 'accepted')
      assert.ok(!revoked.includes(entry.leaf.commonName.toLowerCase()), `${key.relation} is revoked`)
  }
}

function settle(world: World, some: readonly string[], check: () => void): void {
  for (let round = 0; round < 8; round += 1) {
    world.now += 60_000
    for (const unit of some) end(world, unit, whole, check)
  }
}

/** Once nothing more happens, whoever is accepted is served by all, and of each name that somebody may have, somebody is the owner. */
function assertAllComesToRest(world: World): void {
  const { departed, entries, leaving } = world.ledger
  assert.deepEqual([[...departed.keys()], [...leaving]], [[], []])
  const owned = [...entries.values()].flatMap(({ key, entry }) =>
    entry.state === 'accepted' ? [{ key, entry }] : [],
  )
  for (const { key, entry } of owned) {
    const { commonName, fingerprint } = entry.leaf
    assert.deepEqual([prefixOf(world, commonName), entry.served], [entry.prefix, true], commonName)
    const loaded = [...world.nodes.values()].map(({ runs }) =>
      runs?.some((one) => one.fingerprint === fingerprint),
    )
    assert.ok(!loaded.includes(false), `some member does not know ${commonName} of ${key.relation}`)
  }
  const has = new Set(owned.map(({ entry }) => entry.leaf.commonName.toLowerCase()))
  for (const { commonName } of asksToServe(world))
    assert.ok(has.has(commonName.toLowerCase()), `nobody has ${commonName}`)
  const users = [...world.users.keys()].sort()
  assert.deepEqual(users, [...new Set(owned.map(({ entry }) => entry.leaf.commonName))].sort())
}

function asksToServe({ asks, ledger, suspended }: World): readonly Asks[] {
  return [...asks].flatMap(([relation, requests]) =>
    suspended.has(relation) || ledger.revoked.has(relation)
      ? []
      : [...requests.values()].filter(({ bad }) => !bad),
  )
}

const { RUNS: runs = '40', SEED: seed } = process.env

describe('between two owners of a name', () => {
  it('nobody reaches what is the other’s, nor watches what it gave up, and in the end somebody has it', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 10, maxLength: 50, size: 'max' }), (events) => {
        const world = newWorld(units)
        const check = (): void => assertNobodyIsLetInTooEarly(world)
        for (const what of events) {
          happen(world, what, check)
          check()
        }
        for (const node of world.nodes.values()) node.view = undefined
        settle(world, [...world.nodes.keys()], check)
        assertAllComesToRest(world)
      }),
      // RUNS=2000 looks further, by chance; SEED= begins where another run did.
      { numRuns: Number(runs), ...(seed !== undefined && { seed: Number(seed) }) },
    )
  })

  function asks(relation: number, commonName: string, part = ''): Event {
    return { kind: 'ask', relation, request: 'a', commonName, part, serial: 0 }
  }

  it('the one who waits is served once every hook has run a few times', () => {
    const world = newWorld(units)
    const check = (): void => assertNobodyIsLetInTooEarly(world)
    happen(world, asks(4, 'shared'), check)
    settle(world, units, check)
    assert.equal(prefixOf(world, 'shared'), '/4/')
    happen(world, asks(5, 'shared'), check)
    happen(world, { kind: 'leave', relation: 4 }, check)
    end(world, units[0], whole, check)
    assert.equal(prefixOf(world, 'shared'), undefined)
    settle(world, units, check)
    assert.equal(prefixOf(world, 'shared'), '/5/')
    happen(world, asks(5, 'shared', 'a/'), check)
    settle(world, units, check)
    assert.equal(prefixOf(world, 'shared'), '/5/a/')
    assert.equal(world.ledger.departed.size, 0)
  })

  it('a member that is away keeps the name from the next one until it is back', () => {
    const world = newWorld(units)
    const check = (): void => assertNobodyIsLetInTooEarly(world)
    happen(world, asks(4, 'shared'), check)
    settle(world, units, check)
    happen(world, { kind: 'leave', relation: 4 }, check)
    happen(world, asks(5, 'Shared'), check)
    settle(world, ['etcd/0', 'etcd/1'], check)
    assert.deepEqual([prefixOf(world, 'shared'), prefixOf(world, 'Shared')], [undefined, undefined])
    settle(world, units, check)
    assert.equal(prefixOf(world, 'Shared'), '/5/')
  })

  it('who leaves while a member lost its power half way to trusting it is let go of before the next one comes', () => {
    for (const most of [0, 1, 2, 3, 4, 5]) {
      const world = newWorld(units)
      const check = (): void => assertNobodyIsLetInTooEarly(world)
      settle(world, units, check)
      happen(world, { kind: 'lead', unit: 'etcd/1' }, check)
      happen(world, asks(4, 'shared'), check)
      end(world, 'etcd/1', { ...whole, turn: false }, check)
      end(world, 'etcd/0', { ...whole, most }, check)
      happen(world, { kind: 'crash', unit: 'etcd/0' }, check)
      happen(world, { kind: 'leave', relation: 4 }, check)
      happen(world, asks(5, 'shared'), check)
      happen(world, { kind: 'hinder', unit: 'etcd/0', from: 'restarts' }, check)
      for (let round = 0; round < 6; round += 1) happen(world, { kind: 'round' }, check)
      settle(world, units, check)
      assertAllComesToRest(world)
    }
  })

  it('who is wanted again after all is trusted by a member that restarted by itself without it', () => {
    for (const blind of [true, false])
      for (const most of [0, 1, 2, 3]) {
        const world = newWorld(units)
        const check = (): void => assertNobodyIsLetInTooEarly(world)
        happen(world, asks(4, 'shared'), check)
        settle(world, units, check)
        end(
          world,
          world.leader,
          { ...whole, blind, most, order: { kind: 'revoke', commonName: 'shared' } },
          check,
        )
        happen(world, { kind: 'crash', unit: world.leader }, check)
        settle(world, units, check)
        assertAllComesToRest(world)
      }
  })
})
