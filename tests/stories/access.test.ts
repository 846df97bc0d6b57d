// Users and roles in etcd are made to agree with who owns them: what was removed is repaired, what lost its owner is swept, and
// what the operator made is left alone, until the operator gives its name away.

import assert from 'node:assert/strict'
import { withClient } from './driver/client.ts'
import { deployPair, relatePair, untilServed } from './driver/deployments.ts'
import { adminEnvironment, etcdctl, lookAtEtcd, workloadOn } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'

story('access in etcd follows the ledger, and nothing else', { ownModel: true }, async ({ model, step }) => {
  await deployPair(model)
  const id = await relatePair(model)
  const ctl = (...args: readonly string[]): Promise<string> => etcdctl(model, 'etcd/leader', ...args)
  const sound = await lookAtEtcd(model)

  const damages: readonly (readonly [string, readonly (readonly string[])[]])[] = [
    ['the user is gone', [['user', 'delete', 'web']]],
    ['the role is gone', [['role', 'delete', 'web']]],
    [
      'user and role are gone',
      [
        ['user', 'delete', 'web'],
        ['role', 'delete', 'web'],
      ],
    ],
    ['the role is not granted', [['user', 'revoke-role', 'web', 'web']]],
    ['the permission is gone', [['role', 'revoke-permission', 'web', '/web/', '/web0']]],
    ['the role may read everything', [['role', 'grant-permission', 'web', 'read', '', '--prefix']]],
    ['the user holds a role of others', [['user', 'grant-role', 'web', 'root']]],
    ['the mark is gone', [['user', 'revoke-role', 'web', 'etcd-charm-client']]],
  ]
  for (const [damage, commands] of damages) {
    await step(`${damage}: repaired by the next update-status, without a restart`, async () => {
      for (const command of commands) await ctl(...command)
      await model.updateStatus()
      assert.deepEqual(await lookAtEtcd(model), sound)
      await withClient(model, id, 'web', async (client) => {
        await client.put('/web/a', damage)
        await assert.rejects(client.get('/other'), /permission denied/)
      })
    })
  }

  await step('a user that this charm made and nobody owns is swept, an operator’s is not (C52)', async () => {
    await ctl('user', 'add', 'lost', '--no-password')
    await ctl('role', 'add', 'lost')
    await ctl('user', 'grant-role', 'lost', 'etcd-charm-client')
    await ctl('user', 'add', 'backup:secret-of-the-operator')
    await ctl('role', 'add', 'readers')
    await ctl('user', 'grant-role', 'backup', 'readers')
    await model.updateStatus()
    const { users, roles } = await lookAtEtcd(model)
    assert.deepEqual(users, ['backup', 'root', 'web'])
    assert.deepEqual(Object.keys(roles).sort(), ['etcd-charm-client', 'readers', 'root', 'web'])
  })

  await step(
    'who asks for the name of an operator’s user gets it when the operator gives it away, without its password and roles (C09)',
    async () => {
      const config = { prefix: '/backup/', 'common-name': 'backup' }
      await model.deploy('heir', { charm: 'client', config })
      await model.settle()
      const heir = await model.integrate('etcd:etcd-client', 'heir:etcd')
      await model.settle()
      assert.match(await ctl('user', 'get', 'backup'), /Roles: readers\n/)
      const adopted = await model.runAction('etcd/leader', 'adopt-user', { name: 'backup', confirm: true })
      assert.equal(adopted.status, 'completed', adopted.message)
      await untilServed(model, ['heir'])
      await withClient(model, heir, 'heir', (client) => client.put('/backup/a', '1'))
      assert.match(await ctl('user', 'get', 'backup'), /Roles: backup etcd-charm-client\n/)
      const workload = await workloadOn(model, 'etcd/leader')
      const { address } = await model.unit('etcd/leader')
      const login = await model.exec(
        'etcd/leader',
        [workload.paths.etcdctl, '--user', 'backup:secret-of-the-operator', 'get', '/backup/a'],
        adminEnvironment(address, workload),
      )
      assert.match(login.stderr, /authentication failed|invalid user ID or password/)
    },
  )
})
