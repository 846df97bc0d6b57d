// The calls that the storage of a Kubernetes API server makes, as a client that has `/registry/`, and what etcd says to each.

import assert from 'node:assert/strict'
import type { Etcd3 } from 'etcd3'

const pods = '/registry/pods/'
const pod = Buffer.from(`${pods}default/web`)
const end = Buffer.from('/registry/pods0')

type Kv = Etcd3['kv']

/** Create, update and delete are one transaction each: what the apiserver knew, the change, and else the key as it is. */
function changeIf(kv: Kv, revision: string, change: 'put' | 'delete', value = '', lease = '0') {
  const request =
    change === 'put'
      ? { request_put: { key: pod, value: Buffer.from(value), lease } }
      : { request_delete_range: { key: pod } }
  return kv.txn({
    compare: [{ key: pod, target: 'Mod', result: 'Equal', mod_revision: revision }],
    success: [request],
    failure: [{ request_range: { key: pod } }],
  })
}

/** Every five minutes each apiserver tries to be the one that compacts. */
function takeCompaction(kv: Kv) {
  const key = Buffer.from('compact_rev_key')
  return kv.txn({
    compare: [{ key, target: 'Version', result: 'Equal', version: '0' }],
    success: [{ request_put: { key, value: Buffer.from('1') } }],
    failure: [{ request_range: { key } }],
  })
}

const denied = /permission denied/

type Step = (title: string, body: () => Promise<void>) => Promise<void>

/** @param version etcd's */
export async function askAsApiserver(etcd: Etcd3, version: string, step: Step): Promise<void> {
  await step('its health check reads a key of its prefix', async () => {
    assert.equal(await etcd.get('/registry/health').string(), null)
  })

  await step('objects are created once, updated by their revision, and deleted', async () => {
    const created = await changeIf(etcd.kv, '0', 'put', 'one')
    assert.equal(created.succeeded, true)
    assert.equal((await changeIf(etcd.kv, '0', 'put', 'two')).succeeded, false)
    const updated = await changeIf(etcd.kv, created.header.revision, 'put', 'two')
    assert.equal(updated.succeeded, true)
    const stale = await changeIf(etcd.kv, created.header.revision, 'delete')
    assert.deepEqual(
      [stale.succeeded, stale.responses[0]?.response_range?.kvs[0]?.value.toString()],
      [false, 'two'],
    )
    assert.equal((await changeIf(etcd.kv, updated.header.revision, 'delete')).succeeded, true)
  })

  await step('lists go by pages, at one revision', async () => {
    for (const name of ['a', 'b', 'c']) await etcd.put(`${pods}default/${name}`).value(name)
    const first = await etcd.kv.range({ key: Buffer.from(pods), range_end: end, limit: 2 })
    assert.deepEqual([first.kvs.length, first.more, first.count], [2, true, '3'])
    const key = Buffer.from(`${pods}default/b\0`)
    const next = await etcd.kv.range({ key, range_end: end, limit: 2, revision: first.header.revision })
    assert.deepEqual(
      next.kvs.map(({ value }) => value.toString()),
      ['c'],
    )
  })

  await step('a watch tells of changes from a revision on, with what was before', async () => {
    const { header } = await etcd.put(`${pods}default/a`).value('again')
    const watcher = await etcd.watch().prefix(pods).startRevision(header.revision).withPreviousKV().create()
    const { promise, resolve } = Promise.withResolvers<readonly string[]>()
    watcher.on('put', (now, before) => resolve([now.value.toString(), before?.value.toString() ?? '']))
    assert.deepEqual(await promise, ['again', 'a'])
    await watcher.cancel()
  })

  await step('events and the leases of apiservers end by themselves', async () => {
    const { ID } = await etcd.leaseClient.leaseGrant({ TTL: 60 })
    const key = Buffer.from('/registry/masterleases/10.0.0.1')
    await etcd.kv.put({ key, value: Buffer.from('1'), lease: ID })
    await etcd.leaseClient.leaseRevoke({ ID })
    assert.equal(await etcd.get('/registry/masterleases/10.0.0.1').string(), null)
  })

  await step('compaction is denied: the key by which apiservers agree on it, and the call', async () => {
    await assert.rejects(takeCompaction(etcd.kv), denied)
    await assert.rejects(etcd.kv.compact({ revision: '2', physical: false }), denied)
  })

  await step('the status, which tells the size of the database, is shown since 3.6', async () => {
    const ask = (): Promise<unknown> => Reflect.apply(etcd.maintenance.status, etcd.maintenance, [{}])
    if (version.startsWith('3.5.')) await assert.rejects(ask(), denied)
    else await ask()
  })

  await step('other keys are denied, also beside its own', async () => {
    for (const key of ['/other/a', '/registry', '/registry-of-another/a'])
      await assert.rejects(etcd.get(key).string(), denied, key)
  })
}
