// On the emulator alone: it cuts the power of machines within hooks. Juju runs that hook again when the machine is back, and then start,
// wherever the unit was in its life; of an action it hears no more.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { assertSound, heal, unitsOf } from './chaos/cluster.ts'
import { archives, connectAs, openWorld } from './world.ts'

const leaderOf = ({ tables }: Model): string => tables.applications.get('etcd')?.leader ?? ''

/** At the first step that such a hook takes, or when it has done all and nothing is committed yet. */
type Cut = `${string} ${'step' | 'end'}`

const bothOf = (hook: string): readonly Cut[] => [`${hook} step`, `${hook} end`]

/** Cuts the power of etcd's units at each of these, once; what is left of them. */
function cutPower(model: Model, cuts: readonly Cut[]): ReadonlySet<Cut> {
  const due = new Set(cuts)
  model.killHooks((unit, tool, args, hook) => {
    if (!unit.startsWith('etcd/')) return false
    const steps = tool === 'juju-log' && /^[a-z-]+\//.test(args.at(-1) ?? '')
    if (tool !== 'exit' && !steps) return false
    return due.delete(`${hook} ${steps ? 'step' : 'end'}`) && 'reboot'
  })
  return due
}

test('the power fails in one hook after the other', async (t) => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })

  await t.test('while three units become one cluster', async () => {
    const due = cutPower(model, [
      ...bothOf('data-storage-attached'),
      'install end',
      'leader-elected end',
      ...bothOf('config-changed'),
      'start end',
      ...bothOf('etcd-peers-relation-changed'),
    ])
    await model.deploy('etcd', { archive: archives.etcd, units: 3 })
    await model.settle()
    await heal(model)
    assert.deepEqual([...due], [], 'cuts that were never made')
    await assertSound(model)
  })

  let relation = -1
  await t.test('while a client is served, and its certificate replaced', async () => {
    const due = cutPower(model, [...bothOf('etcd-client-relation-changed'), ...bothOf('secret-changed')])
    relation = model.integrate('etcd:etcd-client', 'web:etcd').id
    await model.settle()
    await heal(model)
    // A hook before may have seen the request already, and leave relation-changed no step to take: then it changes once more.
    for (let round = 0; due.size > 0 && round < 5; round += 1)
      for (const prefix of ['/w', '/web/']) {
        await model.runAction('web/0', 'rotate')
        await heal(model)
        model.config('web', { prefix })
        await heal(model)
      }
    assert.deepEqual([...due], [], 'cuts that were never made')
    const client = connectAs(model, relation, 'web')
    await client.put('/web/a', '1')
    client.close()
    await assertSound(model)
  })

  await t.test('within an action: of that nothing was done, and it can be asked for again', async () => {
    let cut = false
    model.killHooks((unit, tool, _args, hook) => {
      if (cut || !unit.startsWith('etcd/') || hook !== 'rotate-authorities' || tool !== 'exit') return false
      cut = true
      return 'reboot'
    })
    const lost = await model.runAction(leaderOf(model), 'rotate-authorities')
    await heal(model)
    assert.deepEqual([cut, lost.status], [true, 'running'])
    await assertSound(model)
    const again = await model.runAction(leaderOf(model), 'rotate-authorities')
    assert.equal(again.status, 'completed', again.message)
    await heal(model)
    await assertSound(model)
  })

  await t.test('while a unit leaves: the start of its machine takes it back nowhere', async () => {
    const hooks = ['data-storage-detaching', 'stop', 'remove']
    for (const place of ['step', 'end'] as const) {
      const gone = unitsOf(model).find((unit) => unit !== leaderOf(model)) ?? ''
      const due = new Set(hooks)
      model.killHooks((unit, tool, args, hook) => {
        const here =
          place === 'end' ? tool === 'exit' : tool === 'status-set' || args.at(-1)?.includes('member/remove')
        if (unit !== gone || !here || !due.delete(hook)) return false
        return 'reboot'
      })
      const before = model.tables.journal.length
      model.removeUnit(gone)
      await model.settle()
      const runs = model.tables.journal.slice(before).filter(({ unit }) => unit === gone)
      assert.deepEqual([...due], [], 'cuts that were never made')
      assert.ok(runs.some(({ hook }) => hook === 'start'))
      const joined = runs.flatMap(({ log }) =>
        log.filter((line) => /member\/add|data\/set-aside|service\/start/.test(line)),
      )
      assert.deepEqual(joined, [])
      await heal(model)
      await assertSound(model)
      await model.addUnit('etcd')
      await heal(model)
      await assertSound(model)
    }
  })

  await t.test('one that had just met another unit leaves, and hears of it once more', async () => {
    const gone = unitsOf(model).find((unit) => unit !== leaderOf(model)) ?? ''
    const { name: fresh } = await model.addUnit('etcd')
    const peers = [...model.tables.relations.values()].find(({ ends }) => ends.length === 1)?.id ?? -1
    while (model.unit(gone).relations.get(peers)?.joined !== fresh) await model.runOne()
    const before = model.tables.journal.length
    model.removeUnit(gone)
    await model.settle()
    const runs = model.tables.journal.slice(before).filter(({ unit }) => unit === gone)
    const hooks = runs.map(({ hook }) => hook)
    assert.ok(
      hooks.indexOf('data-storage-detaching') < hooks.indexOf('etcd-peers-relation-changed'),
      `${hooks}`,
    )
    const joined = runs
      .slice(hooks.indexOf('data-storage-detaching'))
      .flatMap(({ log }) => log.filter((line) => /member\/add|data\/set-aside|service\/start/.test(line)))
    assert.deepEqual(joined, [])
    await heal(model)
    await assertSound(model)
  })
})
