import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  authStatus,
  createRole,
  createUser,
  deleteRole,
  deleteUser,
  enableAuth,
  grantPermission,
  grantRole,
  readAccess,
  readUserAndRole,
  revokePermission,
  revokeRole,
} from '../../../src/etcd/access.ts'
import type { EtcdClient } from '../../../src/etcd/client.ts'
import { EtcdDenied, EtcdFailure, EtcdNotFound } from '../../../src/etcd/errors.ts'
import { prefixRange } from '../../../src/etcd/key-range.ts'
import type { Permission } from '../../../src/etcd/types.ts'
import { type EtcdServer, startEtcd } from './etcd-server.ts'

function readwrite(prefix: string): Permission {
  return { ...prefixRange(prefix), type: 'Readwrite' }
}

describe('access control', () => {
  let server: EtcdServer
  let root: EtcdClient

  before(async () => {
    server = await startEtcd()
    root = await server.open('root')
  })
  after(async () => {
    await root[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  async function giveAccess(name: string, permission: Permission): Promise<void> {
    await createUser(root, name)
    await createRole(root, name)
    await grantPermission(root, name, permission)
    await grantRole(root, name, name)
  }

  function put(client: EtcdClient, key: string): Promise<unknown> {
    return client.ask('put', ({ kv }) => kv.put({ key: Buffer.from(key), value: Buffer.from('1') }))
  }

  it('is off in a new cluster, and on once root may enable it', async () => {
    assert.equal(await authStatus(root), false)
    await assert.rejects(enableAuth(root), { name: 'EtcdPrecondition' })
    await createUser(root, 'root')
    await createRole(root, 'root')
    await grantRole(root, 'root', 'root')
    await enableAuth(root)
    assert.equal(await authStatus(root), true)
  })

  it('gives a user nothing but its prefix', async () => {
    await giveAccess('alice', readwrite('/alice/'))
    await using alice = await server.open('alice')
    await put(alice, '/alice/key')
    await assert.rejects(put(alice, '/alice'), EtcdDenied)
    await assert.rejects(put(alice, '/alice0'), EtcdDenied)
    await assert.rejects(put(alice, '/bob/key'), EtcdDenied)
  })

  it('refuses a deleted user at once, on a connection that is open already', async () => {
    await giveAccess('leaver', readwrite('/leaver/'))
    await using leaver = await server.open('leaver')
    await put(leaver, '/leaver/key')
    await deleteUser(root, 'leaver')
    await assert.rejects(put(leaver, '/leaver/key'), EtcdDenied)
  })

  it('makes users that no password opens, the empty one included', async () => {
    await createUser(root, 'keyholder')
    await using anybody = await server.open('anybody')
    for (const password of ['', 'keyholder']) {
      const login = anybody.tell('authenticate', ({ auth }) =>
        auth.authenticate({ name: 'keyholder', password }),
      )
      await assert.rejects(login, EtcdFailure)
    }
  })

  it('reads one user and its role, whoever else there is, in two requests', async () => {
    await giveAccess('reader', { ...prefixRange('/reader/'), type: 'Read' })
    const before = root.requests
    assert.deepEqual(await readUserAndRole(root, 'reader'), {
      user: { name: 'reader', roles: ['reader'] },
      role: { name: 'reader', permissions: [{ key: '/reader/', rangeEnd: '/reader0', type: 'Read' }] },
    })
    assert.equal(root.requests - before, 2)
  })

  it('reads a name that nobody has as no user and no role', async () => {
    assert.deepEqual(await readUserAndRole(root, 'nobody'), { user: undefined, role: undefined })
  })

  it('keeps the bytes of a range that is no UTF-8', async () => {
    const permission = readwrite('/\u{7ff}')
    await giveAccess('bytes', permission)
    assert.deepEqual((await readUserAndRole(root, 'bytes')).role?.permissions, [permission])
    assert.equal(permission.rangeEnd, '/\xdf\xc0')
  })

  it('may be told everything twice', async () => {
    for (const _time of [1, 2]) await giveAccess('twice', readwrite('/twice/'))
    for (const _time of [1, 2]) {
      await revokePermission(root, 'twice', prefixRange('/twice/'))
      await revokeRole(root, 'twice', 'twice')
    }
    assert.deepEqual(await readUserAndRole(root, 'twice'), {
      user: { name: 'twice', roles: [] },
      role: { name: 'twice', permissions: [] },
    })
    for (const _time of [1, 2]) {
      await deleteUser(root, 'twice')
      await deleteRole(root, 'twice')
    }
    assert.deepEqual(await readUserAndRole(root, 'twice'), { user: undefined, role: undefined })
  })

  it('replaces the type of a permission whose range is granted again', async () => {
    await giveAccess('changer', readwrite('/changer/'))
    await grantPermission(root, 'changer', { ...prefixRange('/changer/'), type: 'Write' })
    const { role } = await readUserAndRole(root, 'changer')
    assert.deepEqual(role?.permissions, [{ ...prefixRange('/changer/'), type: 'Write' }])
  })

  it('fails to grant a role to a user that is not there', async () => {
    await assert.rejects(grantRole(root, 'ghost', 'root'), EtcdNotFound)
  })

  it('reads everything of every user and role, also of many', async () => {
    const names = Array.from({ length: 40 }, (_none, index) => `many-${index}`)
    for (const name of names) await createUser(root, name)
    const access = await readAccess(root)
    assert.equal(access.enabled, true)
    assert.deepEqual(
      names.filter((name) => !access.users.some((user) => user.name === name)),
      [],
    )
    assert.deepEqual(access.users.find(({ name }) => name === 'root')?.roles, ['root'])
    assert.deepEqual(access.roles.find(({ name }) => name === 'alice')?.permissions, [readwrite('/alice/')])
  })

  it('loses no request to a change of access that comes between etcd’s look at who asks and the request', async () => {
    await using other = await server.open('root')
    let changing = true
    const change = async (): Promise<void> => {
      for (let nth = 0; nth < 40; nth += 1) await createRole(root, `race-${nth}`)
      changing = false
    }
    const write = async (): Promise<void> => {
      while (changing) await Promise.all(Array.from({ length: 20 }, () => put(other, '/race')))
    }
    await Promise.all([change(), write()])
  })
})
