// The field's own libraries as requirers: served over their protocols, refused outside the prefix, rotated, and never in error.

import assert from 'node:assert/strict'
import { untilServed } from './driver/deployments.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'

const libraries = { 'dpcharmlibs-interfaces': 'v1', data_interfaces: 'v0' } as const

for (const [name, library] of Object.entries(libraries))
  story(`${name} is served`, { profiles: 'each', needs: ['python-requirer'] }, async ({ model }) => {
    await model.deploy('etcd', { charm: 'etcd' })
    await model.deploy('py', { charm: 'python', config: { library } })
    await model.settle()
    const id = await model.integrate('etcd:etcd-client', 'py:etcd')
    await untilServed(model, ['py'])
    assert.deepEqual((await model.unit('py/leader')).workload, { status: 'active', message: 'user py' })
    assert.deepEqual((await lookAtEtcd(model)).users, ['py', 'root'])
    const put = await model.runAction('py/leader', 'put', { key: '/py/a', value: 'one' })
    assert.equal(put.status, 'completed', put.message)
    const elsewhere = await model.runAction('py/leader', 'put', { key: '/other', value: 'two' })
    assert.match(elsewhere.message, /permission denied/)
    await model.runAction('py/leader', 'rotate')
    await model.settle()
    const get = await model.runAction('py/leader', 'get', { key: '/py/a' })
    assert.deepEqual([get.status, get.results.value], ['completed', 'one'], get.message)
    await model.removeRelation(id)
    await model.settle()
    assert.deepEqual((await lookAtEtcd(model)).users, ['root'])
    assert.deepEqual(await model.failedHooks(), [])
  })
