// One owner for each name, trust that is cut off exactly, and neighbours who notice nothing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archives, connectAs, deployClients, lookAtEtcd, openWorld } from './world.ts'

test('a name has one owner; whoever asks for it second is told, and is served when the first one leaves (C09, N03)', async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd })
  await model.settle()
  const first = await deployClients(model, ['web'], () => ({ prefix: '/web/' }))
  const later = await deployClients(model, ['thief', 'shouting'], (name) => ({
    prefix: `/${name}/`,
    'common-name': name === 'thief' ? 'web' : 'WEB',
  }))
  const { app } = model.unit('etcd/0')
  assert.equal(app.status.status, 'blocked', app.status.message)
  for (const [name, id] of later) {
    assert.equal(model.databag(id, 'etcd')['secret-user'], undefined, name)
    assert.match(model.databag(id, 'etcd').status ?? '', /"code":\d+/)
  }
  const state = await lookAtEtcd(model)
  assert.deepEqual(state.users, ['root', 'web'])
  assert.deepEqual(
    state.trusted.filter((subject) => /web/i.test(subject)),
    ['CN=web'],
  )
  const owner = connectAs(model, first.get('web') ?? -1, 'web')
  await owner.put('/web/a', 'mine')

  model.removeRelation(first.get('web') ?? -1)
  await model.settle()
  await model.updateStatus()
  await assert.rejects(owner.get('/web/a'))
  owner.close()
  // One of the two has the name now, and only one.
  const answered = [...later].filter(([, id]) => model.databag(id, 'etcd')['secret-user'] !== undefined)
  assert.equal(answered.length, 1)
  const [name = '', id = -1] = answered[0] ?? []
  const heir = connectAs(model, id, name)
  await heir.put(`/${name}/a`, 'now mine')
  await assert.rejects(heir.get('/web/a'), /permission denied/)
  heir.close()
})

test('removing one of twelve relations leaves the eleven others as they were', async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd })
  await model.settle()
  const names = 'abcdefghijkl'.split('').map((letter) => `client-${letter}`)
  const relations = await deployClients(model, names, (name) => ({ prefix: `/${name}/` }))
  const clients = new Map([...relations].map(([name, id]) => [name, connectAs(model, id, name)]))
  for (const [name, client] of clients) await client.put(`/${name}/a`, name)
  // Ids share digits: the relation of one digit goes, those that begin with it stay.
  const [gone = '', goneId = -1] =
    [...relations].find(([, id]) =>
      [...relations.values()].some((other) => other >= 10 && String(other).startsWith(String(id))),
    ) ??
    [...relations][0] ??
    []
  model.removeRelation(goneId)
  await model.settle()
  await model.updateStatus()
  for (const [name, client] of clients) {
    if (name === gone) await assert.rejects(client.get(`/${name}/a`))
    else assert.equal(await client.get(`/${name}/a`), name)
    client.close()
  }
  assert.deepEqual((await lookAtEtcd(model)).users, ['root', ...names.filter((name) => name !== gone)].sort())
  assert.deepEqual(
    model.tables.journal.filter((run) => run.exit !== 0),
    [],
  )
})
