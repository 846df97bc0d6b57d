// The field's own library as requirer: served over its protocol, refused outside its prefix, rotated, and never in error.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { archives, lookAtEtcd, openWorld } from './world.ts'

const archive = process.env.PYTHON_CHARM ?? ''
const skip = existsSync(archive) ? false : 'SKIPPED: the Python requirer could not be built here; see above'

for (const profile of ['3.6', '4.0'] as const) {
  test(`dpcharmlibs-interfaces is served on Juju ${profile}`, { skip }, async () => {
    await using model = await openWorld({ profile })
    await model.deploy('etcd', { archive: archives.etcd })
    await model.deploy('py', { archive, config: { etcdctl: '/opt/etcd-of-the-emulator/etcdctl' } })
    await model.settle()
    const { id } = model.integrate('etcd:etcd-client', 'py:etcd')
    await model.settle()
    assert.deepEqual(model.unit('py/0').workload, { status: 'active', message: 'user py' })
    assert.deepEqual((await lookAtEtcd(model)).users, ['py', 'root'])
    const put = await model.runAction('py/0', 'put', { key: '/py/a', value: 'one' })
    assert.equal(put.status, 'completed', put.message)
    const elsewhere = await model.runAction('py/0', 'put', { key: '/other', value: 'two' })
    assert.match(elsewhere.message, /permission denied/)
    await model.runAction('py/0', 'rotate')
    const get = await model.runAction('py/0', 'get', { key: '/py/a' })
    assert.deepEqual([get.status, get.results.value], ['completed', 'one'], get.message)
    model.removeRelation(id)
    await model.settle()
    assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
    assert.deepEqual(
      model.tables.journal.filter((run) => run.exit !== 0),
      [],
    )
  })
}
