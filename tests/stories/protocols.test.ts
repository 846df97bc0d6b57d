// What requirers write, in the ways that they write it: lists that vary, rubbish, v0 that becomes v1, several requests, ids that
// come late. No form of it restarts etcd, fails a hook or costs anybody else anything.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { nextNumber } from '../emulator/model/state.ts'
import { accepts } from './handshake.ts'
import {
  assertComplete,
  assertNoHookFailed,
  deployRequirer,
  eventsOf,
  permissionsOf,
  python,
  typescriptV0,
  usernamesOf,
  watch,
} from './requirers.ts'
import { archives, credentialsOf, lookAtEtcd, openWorld, responsesOf } from './world.ts'
import { writesOf } from './driver/emulator-of.ts'

const lists: readonly (readonly [title: string, databag: Record<string, string>])[] = [
  ['with a password', { 'requested-secrets': '["username","password","uris","tls","tls-ca"]' }],
  ['with its own certificate', { 'requested-secrets': '["username","uris","tls","tls-ca","mtls-cert"]' }],
  ['shorter than an answer', { 'requested-secrets': '["username"]' }],
  ['that provides nothing', { 'provided-secrets': '' }],
  ['that asks for nothing', { 'requested-secrets': '', 'provided-secrets': '' }],
  ['of numbers', { 'requested-secrets': '[1,2]', 'provided-secrets': '{"mtls-cert":true}' }],
  ['that is no JSON', { 'requested-secrets': "['username']", 'provided-secrets': 'mtls-cert' }],
]

test('a requirer may write its request in many ways', async (t) => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  await model.deploy('etcd', { archive: archives.etcd })
  await deployRequirer(model, typescriptV0, 'web')
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  const answer = model.databag(id, 'etcd')
  const { starts } = await lookAtEtcd(model)
  const set = async (config: Record<string, string>): Promise<void> => {
    model.config('web', config)
    await model.settle()
  }

  for (const [title, databag] of lists)
    await t.test(`a list of secrets ${title} changes nothing for v0 (C04)`, async () => {
      await set({ databag: JSON.stringify(databag) })
      assert.deepEqual(model.databag(id, 'etcd'), answer)
      assert.equal((await lookAtEtcd(model)).starts, starts)
    })

  await t.test('v0 becomes v1 with its certificate: nobody is cut off for a moment (N07)', async () => {
    const own = credentialsOf(model, id, 'web')
    model.config('web', { databag: '', request: 'v1' })
    await watch(model, async (run) => {
      assert.ok(await accepts(model.unit('etcd/0').host.address, own), `${run.unit} ${run.hook}`)
    })
    assertComplete(model, id)
    assert.deepEqual(usernamesOf(model, id), ['web'])
    assert.equal((await lookAtEtcd(model)).starts, starts)
    // The secrets of the v0 answer go when nobody can be reading them any more.
    await model.updateStatus()
    const labels = [...model.tables.secrets.values()].flatMap((row) =>
      row.owner === 'etcd' ? [row.label] : [],
    )
    assert.equal(labels.filter((label) => label.startsWith('etcd-client.')).length, 2)
  })

  await t.test('a secret that no request names any more may change as it likes (C36)', async () => {
    const secret = [...model.tables.secrets.values()].find((row) => row.label === `etcd.${id}.mtls.secret`)
    assert.ok(secret)
    secret.latest = nextNumber(model.tables, 'secret') + 100
    secret.revisions.set(secret.latest, { 'mtls-cert': 'another word' })
    const runs = await model.settle()
    assert.deepEqual(
      runs.map((run) => run.hook),
      ['secret-changed'],
    )
    assert.deepEqual(
      writesOf(runs).filter((write) => !write.includes('status-set')),
      [],
    )
  })

  await t.test('an id that comes late is the one that was computed (N09)', async () => {
    await set({ prefix: '/web/,/more/' })
    assert.deepEqual(usernamesOf(model, id), ['web', 'web-1'])
    const [before, restarts] = [responsesOf(model, id), (await lookAtEtcd(model)).starts]
    await set({ ids: 'all' })
    assert.deepEqual([responsesOf(model, id), (await lookAtEtcd(model)).starts], [before, restarts])
  })

  for (const [title, databag] of [
    ['a list that cannot be read', { requests: '[{' }],
    ['a protocol that nobody knows', { version: 'v7' }],
  ] as const)
    await t.test(
      `${title} ends the access, in words, and what can be read brings it back (C12)`,
      async () => {
        const own = credentialsOf(model, id, 'web')
        await set({ databag: JSON.stringify(databag) })
        assert.equal(await accepts(model.unit('etcd/0').host.address, own), false)
        assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
        assert.equal(JSON.parse(model.databag(id, 'etcd').status ?? '[]')[0]?.code, 5003)
        assert.match(model.unit('etcd/0').app.status.message, /use the etcd_client library/)
        await set({ databag: '' })
        await model.updateStatus()
        assert.deepEqual(usernamesOf(model, id), ['web', 'web-1'])
      },
    )

  await t.test('an empty list is silence: nothing is left, and nobody is waited for (C01, N02)', async () => {
    await set({ databag: '{"requests":"[]"}' })
    const { status: _told, version, ...left } = model.databag(id, 'etcd')
    assert.deepEqual([left, version], [{}, 'v1'])
    assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
    await deployRequirer(model, typescriptV0, 'later')
    await model.settle()
    const later = model.integrate('etcd:etcd-client', 'later:etcd')
    await model.settle()
    assertComplete(model, later.id)
  })
  assertNoHookFailed(model)
})

test('several requests through the field’s library', { skip: python.skip }, async (t) => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  await model.deploy('etcd', { archive: archives.etcd })
  await deployRequirer(model, python, 'web')
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  await eventsOf(model, python, 'web/0')

  await t.test('a second one, without an id, is a second user and one event (C14, C80, N09)', async () => {
    model.config('web', { prefix: '/web/,/more/' })
    await model.settle()
    assertComplete(model, id)
    assert.deepEqual(usernamesOf(model, id), ['web', 'web-1'])
    assert.deepEqual(await eventsOf(model, python, 'web/0'), { 'resource-created': '1' })
  })

  await t.test(
    'another prefix is another id where none was named: the same user, once members have let go of it (N01, N09)',
    async () => {
      const [before, { starts }] = [responsesOf(model, id), await lookAtEtcd(model)]
      model.config('web', { prefix: '/web/,/elsewhere/' })
      await model.settle()
      assertComplete(model, id)
      assert.deepEqual(usernamesOf(model, id), ['web', 'web-1'])
      assert.deepEqual(await permissionsOf(model, 'web-1'), [[2, '/elsewhere/', '/elsewhere0']])
      const named = new Set(before.map((row) => row['request-id']))
      const kept = responsesOf(model, id).filter((row) => named.has(row['request-id']))
      assert.equal(kept.length, 1)
      // Another request is another owner of the name: docs/adr/0025.
      const restarts = (await lookAtEtcd(model)).starts - starts
      assert.ok(restarts <= 2, `${restarts} restarts`)
      assert.deepEqual(await eventsOf(model, python, 'web/0'), { 'resource-created': '1' })
    },
  )

  await t.test('one that is gone takes its user and trust with it, and is no event (N02)', async () => {
    model.config('web', { prefix: '/web/' })
    await model.settle()
    await model.updateStatus()
    const { users, roles, trusted } = await lookAtEtcd(model)
    assert.deepEqual(
      [users, Object.keys(roles).sort()],
      [
        ['root', 'web'],
        ['etcd-charm-client', 'root', 'web'],
      ],
    )
    assert.deepEqual([trusted.length, responsesOf(model, id).length], [2, 1])
    assert.deepEqual(await eventsOf(model, python, 'web/0'), {})
  })
  assertNoHookFailed(model)
})
