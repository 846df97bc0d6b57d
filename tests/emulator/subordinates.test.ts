// Subordinates and relations of container scope: a unit beside each principal's, on its machine, that sees that one alone.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openModel, type Unit } from './index.ts'
import { ask, environmentOf, packProbe, printed, teach } from './probe.ts'

const options = { etcd: process.env.ETCD_BIN_DIR ?? '', cache: process.env.EMULATOR_CACHE ?? '' }
const subordinate = `name: beside
summary: comes with another
description: For the emulator's own tests.
subordinate: true
peers: {friends: {interface: friends}}
requires: {host: {interface: probe, scope: container}, info: {interface: juju-info, scope: container}}
`

for (const profile of ['3.6', '4.0'] as const)
  test(`a subordinate has a unit on each machine of its principal, and sees that one alone, on Juju ${profile}`, async () => {
    await using principal = await packProbe()
    await using probe = await packProbe(subordinate)
    await using model = await openModel({ ...options, profile, parallel: 4 })
    await model.deploy('p', { archive: principal.archive, units: 2 })
    await model.deploy('beside', { archive: probe.archive })
    await model.settle()
    const units = (): readonly Unit[] => model.tables.applications.get('beside')?.units ?? []
    assert.deepEqual(units(), [])
    await assert.rejects(model.addUnit('beside'), /cannot add units to the subordinate/)
    const { id } = model.integrate('p:out', 'beside:host')
    await model.settle()
    const pairs = units().map((unit) => [unit.machine, unit.principal?.name, unit.principal?.machine])
    assert.deepEqual(pairs.length, 2)
    for (const [own, , its] of pairs) assert.equal(own, its)
    for (const { name, principal: its } of units()) {
      const [list] = await ask(model, name, [`relation-list -r ${id} --format=json`])
      assert.deepEqual(JSON.parse(list?.out ?? ''), [its?.name])
      const [seen] = await ask(model, its?.name ?? '', [`relation-list -r ${id} --format=json`])
      assert.deepEqual(JSON.parse(seen?.out ?? ''), [name])
      const environment = await environmentOf(model, name, 'install')
      assert.ok(environment.includes(`JUJU_PRINCIPAL_UNIT=${its?.name}`), environment.join(' '))
    }
    // One more principal, one more beside it; one that goes takes its own along.
    const more = await model.addUnit('p')
    await model.settle()
    assert.ok(units().some((unit) => unit.principal === more))
    model.removeUnit(more.name)
    await model.settle()
    assert.equal(units().length, 2)
    model.removeRelation(id)
    await model.settle()
    assert.deepEqual(units(), [])
    assert.equal(model.tables.applications.get('p')?.units.length, 2)
    const [alive] = await ask(model, 'p/0', ['is-leader'])
    assert.equal(alive?.code, 0)
    assert.deepEqual(
      model.tables.journal.filter((run) => run.exit !== 0),
      [],
    )
  })

test('every charm provides juju-info, and hears nothing of who asks for it', async () => {
  await using principal = await packProbe()
  await using probe = await packProbe(subordinate)
  await using model = await openModel(options)
  await model.deploy('p', { archive: principal.archive })
  await model.deploy('beside', { archive: probe.archive })
  const { id } = model.integrate('p:juju-info', 'beside:info')
  await model.settle()
  const [unit] = model.tables.applications.get('beside')?.units ?? []
  const [list] = await ask(model, unit?.name ?? '', [`relation-list -r ${id} --format=json`])
  assert.deepEqual(JSON.parse(list?.out ?? ''), ['p/0'])
  model.removeRelation(id)
  await model.settle()
  assert.deepEqual(model.tables.applications.get('beside')?.units, [])
  const hooks = model.tables.journal.filter((run) => run.unit === 'p/0').map((run) => run.hook)
  assert.deepEqual(
    hooks.filter((hook) => hook.startsWith('juju-info')),
    [],
  )
  assert.ok(model.tables.journal.some((run) => run.hook === 'info-relation-broken'))
})

test('while an action runs no other unit of its machine does anything, unless it is declared parallel', async () => {
  await using principal = await packProbe()
  await using probe = await packProbe(subordinate)
  await using model = await openModel({ ...options, parallel: 4 })
  await model.deploy('p', { archive: principal.archive })
  await model.deploy('beside', { archive: probe.archive })
  model.integrate('p:juju-info', 'beside:info')
  await model.settle()
  const [other] = model.tables.applications.get('beside')?.units ?? []
  await teach(model, other?.name ?? '', 'update-status', ['touch /met'])
  for (const action of ['act', 'beside']) {
    const meets =
      'rm -f /met; touch /begun; for n in $(seq 20); do [ ! -e /met ] || exit 0; sleep 0.1; done; exit 1'
    await teach(model, 'p/0', action, [meets])
    const done = model.runAction('p/0', action)
    const { host } = model.unit('p/0')
    while ((await host.run(['rm', '/begun'])).code !== 0) await sleep(20)
    await model.updateStatus('beside')
    await done
    const [found] = await printed(model, 'p/0', action, 1)
    assert.equal(found?.code, action === 'act' ? 1 : 0, action)
  }
})
