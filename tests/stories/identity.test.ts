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

test('of relations 1 and 10 to 19 the first is removed, and the ten that begin with its digit stay as they were', async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd })
  await model.settle()
  const names = 'abcdefghijk'.split('').map((letter) => `client-${letter}`)
  const prefix = (name: string) => ({ prefix: `/${name}/` })
  // As though others had come and gone before and in between.
  model.tables.sequences.set('relation', 1)
  const first = await deployClients(model, names.slice(0, 1), prefix)
  model.tables.sequences.set('relation', 10)
  const relations = new Map([...first, ...(await deployClients(model, names.slice(1), prefix))])
  assert.deepEqual([...relations.values()], [1, ...Array.from({ length: 10 }, (_, at) => 10 + at)])
  const clients = new Map([...relations].map(([name, id]) => [name, connectAs(model, id, name)]))
  for (const [name, client] of clients) await client.put(`/${name}/a`, name)
  const [gone, goneId] = ['client-a', 1]
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
