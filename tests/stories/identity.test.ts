// One owner for each name, trust that is cut off exactly, and neighbours who notice nothing.

import assert from 'node:assert/strict'
import { type Client, connectAs } from './driver/client.ts'
import { deployClients } from './driver/deployments.ts'
import { emulatorOf } from './driver/emulator-of.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'

story(
  'a name has one owner; whoever asks for it second is told, and is served when the first one leaves (C09, N03)',
  {},
  async ({ model }) => {
    await model.deploy('etcd', { charm: 'etcd' })
    await model.settle()
    const first = await deployClients(model, ['web'], () => ({ prefix: '/web/' }))
    const later = await deployClients(model, ['thief', 'shouting'], (name) => ({
      prefix: `/${name}/`,
      'common-name': name === 'thief' ? 'web' : 'WEB',
    }))
    const { status } = await model.application('etcd')
    assert.equal(status.status, 'blocked', status.message)
    for (const [name, id] of later) {
      const answer = await model.databag(id, 'etcd')
      assert.equal(answer['secret-user'], undefined, name)
      assert.match(answer.status ?? '', /"code":\d+/)
    }
    const state = await lookAtEtcd(model)
    assert.deepEqual(state.users, ['root', 'web'])
    assert.deepEqual(
      state.trusted.filter((subject) => /web/i.test(subject)),
      ['CN=web'],
    )
    const owner = await connectAs(model, first.get('web') ?? -1, 'web')
    await owner.put('/web/a', 'mine')

    await model.removeRelation(first.get('web') ?? -1)
    await model.settle()
    await model.updateStatus()
    await assert.rejects(owner.get('/web/a'))
    owner.close()
    // One of the two has the name now, and only one.
    const answered: (readonly [string, number])[] = []
    for (const row of later) {
      const answer = await model.databag(row[1], 'etcd')
      if (answer['secret-user'] !== undefined) answered.push(row)
    }
    assert.equal(answered.length, 1)
    const [name, id] = answered[0] ?? ['', -1]
    const heir = await connectAs(model, id, name)
    await heir.put(`/${name}/a`, 'now mine')
    await assert.rejects(heir.get('/web/a'), /permission denied/)
    heir.close()
  },
)

const digits =
  'of relations 1 and 10 to 19 the first is removed, and the ten that begin with its digit stay as they were'
story(digits, { needs: ['relation-numbers'] }, async ({ model }) => {
  await model.deploy('etcd', { charm: 'etcd' })
  await model.settle()
  const names = 'abcdefghijk'.split('').map((letter) => `client-${letter}`)
  const prefix = (name: string) => ({ prefix: `/${name}/` })
  const { sequences } = emulatorOf(model).tables
  // As though others had come and gone before and in between.
  sequences.set('relation', 1)
  const first = await deployClients(model, names.slice(0, 1), prefix)
  sequences.set('relation', 10)
  const relations = new Map([...first, ...(await deployClients(model, names.slice(1), prefix))])
  assert.deepEqual([...relations.values()], [1, ...Array.from({ length: 10 }, (_, at) => 10 + at)])
  const clients = new Map<string, Client>()
  for (const [name, id] of relations) clients.set(name, await connectAs(model, id, name))
  for (const [name, client] of clients) await client.put(`/${name}/a`, name)
  const [gone, goneId] = ['client-a', 1]
  await model.removeRelation(goneId)
  await model.settle()
  await model.updateStatus()
  for (const [name, client] of clients) {
    if (name === gone) await assert.rejects(client.get(`/${name}/a`))
    else assert.equal(await client.get(`/${name}/a`), name)
    client.close()
  }
  assert.deepEqual((await lookAtEtcd(model)).users, ['root', ...names.filter((name) => name !== gone)].sort())
  assert.deepEqual(await model.failedHooks(), [])
})
