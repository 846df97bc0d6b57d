// On the emulator alone: changes of access control are counted hook by hook, of clients that ask at one moment.
// What clients that are served notice of those who join: as few changes of access control as can be, at one moment for all who come
// together, since each makes requests of others fail that are on their way just then.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { accessRevision } from './access-revision.ts'
import { deployServed } from './chaos/units.ts'
import { askFor, type GhostClient, relateGhosts } from './ghost-clients.ts'
import { startLoad } from './load.ts'
import { assertNoFailedHooks } from './driver/deployments.ts'
import { emulated } from './driver/emulated-model.ts'
import { openWorld, responsesOf } from './world.ts'

/** User, role, permission; the role and the charm's mark for the user. */
const changesForEach = 5

test('ten clients that join cost each other and their neighbour as little as can be', async (t) => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const web = await deployServed(model, 3)
  const join = async (all: readonly GhostClient[]) => {
    model.passOver('etcd', new Set(all.map(({ relation }) => relation)))
    const [before, from] = [await accessRevision(model), model.tables.journal.length]
    for (const client of all) await askFor(model, client)
    await model.settle()
    for (const { relation } of all) assert.ok(responsesOf(model, relation)[0]?.['secret-user'])
    const lines = model.tables.journal
      .slice(from)
      .map(({ log }) => log.flatMap((line) => /\b(?:user|role|permission)\/[a-z]+/.exec(line)?.[0] ?? []))
    return {
      changes: (await accessRevision(model)) - before,
      hooks: lines.filter((kinds) => kinds.length > 0),
    }
  }

  await t.test('one by itself: five changes, its user last', async () => {
    const { changes, hooks } = await join(await relateGhosts(model, ['alone']))
    assert.equal(changes, changesForEach)
    assert.equal(hooks.length, 1)
    assert.deepEqual([...new Set(hooks[0])], ['role/create', 'permission/grant', 'user/create', 'role/grant'])
  })

  await t.test('ten together: no more for each, all in one hook, and kind by kind', async () => {
    const load = startLoad(model, web)
    const names = 'abcdefghij'.split('').map((letter) => `joins-${letter}`)
    const { changes, hooks } = await join(await relateGhosts(model, names))
    const { failures, requests } = await load.finish()
    assert.equal(changes, 10 * changesForEach)
    assert.equal(hooks.length, 1)
    const order = ['role/create', 'permission/grant', 'user/create', 'role/grant']
    assert.deepEqual(
      hooks[0]?.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)),
      hooks[0],
    )
    // What docs/how-to/write-a-requirer.md tells authors to expect, and no other failure.
    const kinds = [...failures.keys()].filter((kind) => !['auth store', 'unavailable'].includes(kind))
    assert.deepEqual(kinds, [], `${requests} requests`)
  })
  await assertNoFailedHooks(emulated(model))
})
