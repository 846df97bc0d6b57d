// What people are told: the operator by the application's status and list-clients, the requirer by its relation; named by relation
// and application, with the remedy, and taken back when it is mended.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { credentialsOf, withClient } from './driver/client.ts'
import { assertNoFailedHooks } from './driver/deployments.ts'
import type { Bag, StoryModel } from './driver/driver.ts'
import { story } from './driver/story.ts'
import { another, deployRequirer, typescriptV0, typescriptV1, wish } from './requirers.ts'

interface Listed {
  readonly count: string
  readonly table: readonly string[]
  readonly rows: readonly Bag[]
}

async function listClients(model: StoryModel): Promise<Listed> {
  const { status, message, results } = await model.runAction('etcd/leader', 'list-clients')
  assert.equal(status, 'completed', message)
  const { count = '', clients = '', json = '' } = results
  return { count, table: clients.split('\n'), rows: JSON.parse(json) }
}

story('who asks, what for, until when and what became of it', {}, async ({ model, step }) => {
  await model.deploy('etcd', { charm: 'etcd' })
  await deployRequirer(model, typescriptV0, 'web')
  await deployRequirer(model, another, 'many', { prefix: '/many/,/more/' })
  await deployRequirer(model, typescriptV1, 'greedy', { prefix: '' })
  await model.settle()
  const told = async () => (await model.application('etcd')).status

  await step('without clients the list says so', async () => {
    assert.deepEqual(await listClients(model), { count: '0', table: ['none'], rows: [] })
  })

  const web = await model.integrate('etcd:etcd-client', 'web:etcd')
  const many = await model.integrate('etcd:etcd-client', 'many:etcd')
  const greedy = await model.integrate('etcd:etcd-client', 'greedy:etcd')

  await step('a refusal is told with relation, application and remedy, on both sides', async () => {
    await model.settle()
    await model.updateStatus()
    const { status, message } = await told()
    assert.equal(status, 'blocked')
    assert.match(
      message,
      new RegExp(`^relation ${greedy} .*\\(greedy\\): .*: juju config etcd allow-full-keyspace=true$`),
    )
    const [entry] = JSON.parse((await model.databag(greedy, 'etcd')).status ?? '[]')
    assert.deepEqual(
      [entry.code, entry.resolution],
      [5006, 'ask for a prefix, or let it have every key: juju config etcd allow-full-keyspace=true'],
    )
    assert.match((await model.unit('greedy/leader')).workload.message, /whole key space/)
  })

  await step('list-clients shows every request, as a table and as JSON', async () => {
    const { count, table, rows } = await listClients(model)
    assert.equal(count, '4')
    assert.match(table[0] ?? '', /^relation +request +application +common-name +prefix +expires +state$/)
    assert.equal(table.length, 5)
    assert.deepEqual(
      rows
        .map((row) => [
          row.relation,
          row.application,
          row['common-name'],
          row.prefix,
          row.state?.replace(/:.*/, ''),
        ])
        .sort(),
      [
        [String(web), 'web', 'web', '/web/', 'served'],
        [String(many), 'many', 'many', '/many/', 'served'],
        [String(many), 'many', 'many-1', '/more/', 'served'],
        [String(greedy), 'greedy', '', '', 'refused'],
      ].sort(),
    )
    for (const [at, row] of rows.entries()) {
      assert.ok(table[at + 1]?.includes(row.application ?? '-') && table[at + 1]?.includes(row.state ?? '-'))
      assert.match(row.expires ?? '', row.state === 'served' ? /^\d{4}-\d\d-\d\d$/ : /^$/)
    }
  })

  await step('the whole key space is the operator’s to give, and to take back (C15)', async () => {
    await model.configure('etcd', { 'allow-full-keyspace': true })
    await model.settle()
    await model.updateStatus()
    assert.deepEqual(await told(), { status: 'active', message: '' })
    assert.equal((await model.databag(greedy, 'etcd')).status, '[]')
    await withClient(model, greedy, 'greedy', async (client) => {
      await client.put('/web/a', 'by greedy')
      assert.equal(await client.get('/web/a'), 'by greedy')
      await model.configure('etcd', { 'allow-full-keyspace': false })
      await model.settle()
      await assert.rejects(client.get('/web/a'))
    })
    assert.match((await told()).message, /allow-full-keyspace/)
    await model.removeRelation(greedy)
    await model.settle()
    assert.deepEqual(await told(), { status: 'active', message: '' })
  })

  await step('a certificate that ends soon is warned about while it is served', async () => {
    await wish(model, typescriptV0, 'web', { certificate: 'expiring' })
    const { status, message } = await told()
    assert.equal(status, 'active')
    const date = new Date(await validUntil(model, web)).toISOString().slice(0, 10)
    assert.match(
      message,
      new RegExp(`^relation ${web} \\(web\\): the certificate of web expires at ${date} `),
    )
    const row = (await listClients(model)).rows.find(({ application }) => application === 'web')
    assert.deepEqual([row?.state, row?.expires], ['served, expires soon', date])
    await withClient(model, web, 'web', (client) => client.put('/web/a', 'still'))
    await wish(model, typescriptV0, 'web', { certificate: 'good' })
    assert.deepEqual(await told(), { status: 'active', message: '' })
  })

  await step('several in trouble: the worst is told, and how many more there are', async () => {
    await wish(model, typescriptV0, 'web', { certificate: 'ca' })
    await wish(model, another, 'many', { certificate: 'ca' })
    assert.match(
      (await told()).message,
      new RegExp(
        `^relation ${web} \\(web\\): .+ \\(\\+2 more: run status\\)(\\. In full: relation ${web} \\(web\\): .+)?$`,
      ),
    )
    assert.equal(
      (await listClients(model)).rows.filter(({ state }) => state?.startsWith('refused: ')).length,
      3,
    )
    await wish(model, typescriptV0, 'web', { certificate: 'good' })
    await wish(model, another, 'many', { certificate: 'good' })
    await model.updateStatus()
    assert.deepEqual(await told(), { status: 'active', message: '' })
  })
  await assertNoFailedHooks(model)
})

async function validUntil(model: StoryModel, relation: number): Promise<string> {
  return new X509Certificate((await credentialsOf(model, relation, 'web')).certChain).validTo
}
