// What people are told: the operator by the application's status and list-clients, the requirer by its relation; named by relation
// and application, with the remedy, and taken back when it is mended.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { after, test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { another, assertNoHookFailed, deployRequirer, typescriptV0, typescriptV1, wish } from './requirers.ts'
import { archives, connectAs, credentialsOf, openWorld } from './world.ts'

type Row = Readonly<Record<string, string>>

async function listClients(
  model: Model,
): Promise<{ count: string; table: readonly string[]; rows: readonly Row[] }> {
  const { status, message, results } = await model.runAction('etcd/0', 'list-clients')
  assert.equal(status, 'completed', message)
  const { count = '', clients = '', json = '' } = results
  return { count, table: clients.split('\n'), rows: JSON.parse(json) }
}

test('who asks, what for, until when and what became of it', async (t) => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  await model.deploy('etcd', { archive: archives.etcd })
  await deployRequirer(model, typescriptV0, 'web')
  await deployRequirer(model, another, 'many', { prefix: '/many/,/more/' })
  await deployRequirer(model, typescriptV1, 'greedy', { prefix: '' })
  await model.settle()
  const etcd = model.unit('etcd/0')

  await t.test('without clients the list says so', async () => {
    assert.deepEqual(await listClients(model), { count: '0', table: ['none'], rows: [] })
  })

  const web = model.integrate('etcd:etcd-client', 'web:etcd')
  const many = model.integrate('etcd:etcd-client', 'many:etcd')
  const greedy = model.integrate('etcd:etcd-client', 'greedy:etcd')

  await t.test('a refusal is told with relation, application and remedy, on both sides', async () => {
    await model.settle()
    await model.updateStatus()
    const { status, message } = etcd.app.status
    assert.equal(status, 'blocked')
    assert.match(
      message,
      new RegExp(`^relation ${greedy.id} .*\\(greedy\\): .*: juju config etcd allow-full-keyspace=true$`),
    )
    const [told] = JSON.parse(model.databag(greedy.id, 'etcd').status ?? '[]')
    assert.deepEqual(
      [told.code, told.resolution],
      [5006, 'ask for a prefix, or let it have every key: juju config etcd allow-full-keyspace=true'],
    )
    assert.match(model.unit('greedy/0').workload.message, /whole key space/)
  })

  await t.test('list-clients shows every request, as a table and as JSON', async () => {
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
        [String(web.id), 'web', 'web', '/web/', 'served'],
        [String(many.id), 'many', 'many', '/many/', 'served'],
        [String(many.id), 'many', 'many-1', '/more/', 'served'],
        [String(greedy.id), 'greedy', '', '', 'refused'],
      ].sort(),
    )
    for (const [at, row] of rows.entries()) {
      assert.ok(table[at + 1]?.includes(row.application ?? '-') && table[at + 1]?.includes(row.state ?? '-'))
      assert.match(row.expires ?? '', row.state === 'served' ? /^\d{4}-\d\d-\d\d$/ : /^$/)
    }
  })

  await t.test('the whole key space is the operator’s to give, and to take back (C15)', async () => {
    model.config('etcd', { 'allow-full-keyspace': true })
    await model.settle()
    await model.updateStatus()
    assert.deepEqual(etcd.app.status, { status: 'active', message: '' })
    assert.equal(model.databag(greedy.id, 'etcd').status, '[]')
    const client = connectAs(model, greedy.id, 'greedy')
    await client.put('/web/a', 'by greedy')
    assert.equal(await client.get('/web/a'), 'by greedy')
    model.config('etcd', { 'allow-full-keyspace': false })
    await model.settle()
    await assert.rejects(client.get('/web/a'))
    client.close()
    assert.match(etcd.app.status.message, /allow-full-keyspace/)
    model.removeRelation(greedy.id)
    await model.settle()
    assert.deepEqual(etcd.app.status, { status: 'active', message: '' })
  })

  await t.test('a certificate that ends soon is warned about while it is served', async () => {
    await wish(model, typescriptV0, 'web', { certificate: 'expiring' })
    const { status, message } = etcd.app.status
    assert.equal(status, 'active')
    const date = new Date(validUntil(model, web.id)).toISOString().slice(0, 10)
    assert.match(
      message,
      new RegExp(`^relation ${web.id} \\(web\\): the certificate of web expires at ${date} `),
    )
    const row = (await listClients(model)).rows.find(({ application }) => application === 'web')
    assert.deepEqual([row?.state, row?.expires], ['served, expires soon', date])
    const client = connectAs(model, web.id, 'web')
    await client.put('/web/a', 'still')
    client.close()
    await wish(model, typescriptV0, 'web', { certificate: 'good' })
    assert.deepEqual(etcd.app.status, { status: 'active', message: '' })
  })

  await t.test('several in trouble: the worst is told, and how many more there are', async () => {
    await wish(model, typescriptV0, 'web', { certificate: 'ca' })
    await wish(model, another, 'many', { certificate: 'ca' })
    assert.match(etcd.app.status.message, new RegExp(`^relation ${web.id} \\(web\\): .+ \\(and 2 more\\)$`))
    assert.equal(
      (await listClients(model)).rows.filter(({ state }) => state?.startsWith('refused: ')).length,
      3,
    )
    await wish(model, typescriptV0, 'web', { certificate: 'good' })
    await wish(model, another, 'many', { certificate: 'good' })
    await model.updateStatus()
    assert.deepEqual(etcd.app.status, { status: 'active', message: '' })
  })
  assertNoHookFailed(model)
})

function validUntil(model: Model, relation: number): string {
  return new X509Certificate(credentialsOf(model, relation, 'web').certChain).validTo
}
