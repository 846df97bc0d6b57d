// What requirers write, in the ways that they write it: lists that vary, rubbish, v0 that becomes v1, several requests, ids that
// come late. No form of it restarts etcd, fails a hook or costs anybody else anything.

import assert from 'node:assert/strict'
import { credentialsOf, responsesOf } from './driver/client.ts'
import { assertNoFailedHooks } from './driver/deployments.ts'
import { runsDuring, writesOf } from './driver/emulator-of.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { accepts } from './handshake.ts'
import {
  assertComplete,
  deployRequirer,
  eventsOf,
  permissionsOf,
  python,
  typescriptV0,
  usernamesOf,
  watch,
} from './requirers.ts'

const lists: readonly (readonly [title: string, databag: Record<string, string>])[] = [
  ['with a password', { 'requested-secrets': '["username","password","uris","tls","tls-ca"]' }],
  ['with its own certificate', { 'requested-secrets': '["username","uris","tls","tls-ca","mtls-cert"]' }],
  ['shorter than an answer', { 'requested-secrets': '["username"]' }],
  ['that provides nothing', { 'provided-secrets': '' }],
  ['that asks for nothing', { 'requested-secrets': '', 'provided-secrets': '' }],
  ['of numbers', { 'requested-secrets': '[1,2]', 'provided-secrets': '{"mtls-cert":true}' }],
  ['that is no JSON', { 'requested-secrets': "['username']", 'provided-secrets': 'mtls-cert' }],
]

story('a requirer may write its request in many ways', {}, async ({ model, step, whereShown }) => {
  await model.deploy('etcd', { charm: 'etcd' })
  await deployRequirer(model, typescriptV0, 'web')
  await model.settle()
  const id = await model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  const answer = await model.databag(id, 'etcd')
  const { starts } = await lookAtEtcd(model)
  const set = async (config: Record<string, string>): Promise<void> => {
    await model.configure('web', config)
    await model.settle()
  }

  for (const [title, databag] of lists)
    await step(`a list of secrets ${title} changes nothing for v0 (C04)`, async () => {
      await set({ databag: JSON.stringify(databag) })
      assert.deepEqual(await model.databag(id, 'etcd'), answer)
      assert.equal((await lookAtEtcd(model)).starts, starts)
    })

  await step('v0 becomes v1 with its certificate: nobody is cut off for a moment (N07)', async () => {
    const own = await credentialsOf(model, id, 'web')
    await model.configure('web', { databag: '', request: 'v1' })
    const { address } = await model.unit('etcd/leader')
    await watch(model, async (after) => assert.ok(await accepts(address, own), after))
    await assertComplete(model, id)
    assert.deepEqual(await usernamesOf(model, id), ['web'])
    assert.equal((await lookAtEtcd(model)).starts, starts)
    // The secrets of the v0 answer go when nobody can be reading them any more.
    await model.updateStatus()
    const labels = (await model.secrets()).flatMap((row) => (row.owner === 'etcd' ? [row.label] : []))
    assert.equal(labels.filter((label) => label.startsWith('etcd-client.')).length, 2)
  })

  await step('a secret that no request names any more may change as it likes (C36)', async () => {
    const label = `etcd.${id}.mtls.secret`
    const secret = (await model.secrets()).find((row) => row.owner === 'web' && row.label === label)
    assert.ok(secret)
    const before = await model.databag(id, 'etcd')
    const runs = await runsDuring(model, async () => {
      await model.hookTool('web/leader', 'secret-set', secret.id, 'mtls-cert=another word')
      await model.settle()
    })
    await whereShown('journal', async () => {
      assert.deepEqual(
        runs.map((run) => run.hook),
        ['secret-changed'],
      )
      assert.deepEqual(
        writesOf(runs).filter((write) => !write.includes('status-set')),
        [],
      )
    })
    assert.deepEqual(await model.databag(id, 'etcd'), before)
    assert.equal((await lookAtEtcd(model)).starts, starts)
  })

  await step('an id that comes late is the one that was computed (N09)', async () => {
    await set({ prefix: '/web/,/more/' })
    assert.deepEqual(await usernamesOf(model, id), ['web', 'web-1'])
    const [before, restarts] = [await responsesOf(model, id), (await lookAtEtcd(model)).starts]
    await set({ ids: 'all' })
    assert.deepEqual([await responsesOf(model, id), (await lookAtEtcd(model)).starts], [before, restarts])
  })

  for (const [title, databag] of [
    ['a list that cannot be read', { requests: '[{' }],
    ['a protocol that nobody knows', { version: 'v7' }],
  ] as const)
    await step(`${title} ends the access, in words, and what can be read brings it back (C12)`, async () => {
      const own = await credentialsOf(model, id, 'web')
      await set({ databag: JSON.stringify(databag) })
      assert.equal(await accepts((await model.unit('etcd/leader')).address, own), false)
      assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
      assert.equal(JSON.parse((await model.databag(id, 'etcd')).status ?? '[]')[0]?.code, 5003)
      assert.match((await model.application('etcd')).status.message, /use the etcd_client library/)
      await set({ databag: '' })
      await model.updateStatus()
      assert.deepEqual(await usernamesOf(model, id), ['web', 'web-1'])
    })

  await step('an empty list is silence: nothing is left, and nobody is waited for (C01, N02)', async () => {
    await set({ databag: '{"requests":"[]"}' })
    const { status: _told, version, ...left } = await model.databag(id, 'etcd')
    assert.deepEqual([left, version], [{}, 'v1'])
    assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
    await deployRequirer(model, typescriptV0, 'later')
    await model.settle()
    const later = await model.integrate('etcd:etcd-client', 'later:etcd')
    await model.settle()
    await assertComplete(model, later)
  })
  await assertNoFailedHooks(model)
})

const { needs } = python
story('several requests through the field’s library', { needs }, async ({ model, step }) => {
  await model.deploy('etcd', { charm: 'etcd' })
  await deployRequirer(model, python, 'web')
  await model.settle()
  const id = await model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  await eventsOf(model, python, 'web/leader')

  await step('a second one, without an id, is a second user and one event (C14, C80, N09)', async () => {
    await model.configure('web', { prefix: '/web/,/more/' })
    await model.settle()
    await assertComplete(model, id)
    assert.deepEqual(await usernamesOf(model, id), ['web', 'web-1'])
    assert.deepEqual(await eventsOf(model, python, 'web/leader'), { 'resource-created': '1' })
  })

  await step(
    'another prefix is another id where none was named: the same user, once members have let go of it (N01, N09)',
    async () => {
      const [before, { starts }] = [await responsesOf(model, id), await lookAtEtcd(model)]
      await model.configure('web', { prefix: '/web/,/elsewhere/' })
      await model.settle()
      await assertComplete(model, id)
      assert.deepEqual(await usernamesOf(model, id), ['web', 'web-1'])
      assert.deepEqual(await permissionsOf(model, 'web-1'), [[2, '/elsewhere/', '/elsewhere0']])
      const named = new Set(before.map((row) => row['request-id']))
      const kept = (await responsesOf(model, id)).filter((row) => named.has(row['request-id']))
      assert.equal(kept.length, 1)
      // Another request is another owner of the name: docs/adr/0025.
      const restarts = (await lookAtEtcd(model)).starts - starts
      assert.ok(restarts <= 2, `${restarts} restarts`)
      assert.deepEqual(await eventsOf(model, python, 'web/leader'), { 'resource-created': '1' })
    },
  )

  await step('one that is gone takes its user and trust with it, and is no event (N02)', async () => {
    await model.configure('web', { prefix: '/web/' })
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
    assert.deepEqual([trusted.length, (await responsesOf(model, id)).length], [2, 1])
    assert.deepEqual(await eventsOf(model, python, 'web/leader'), {})
  })
  await assertNoFailedHooks(model)
})
