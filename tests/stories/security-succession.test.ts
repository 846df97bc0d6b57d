// One name, one client after the other: whoever had it goes on trying, over connections that it never closes, and must not come by
// anything of the one who has it next. A prefix that its owner gives up is watched on, in the same way.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Etcd3 } from 'etcd3'
import type { Model } from '../emulator/index.ts'
import { issueCertificate, type Issued } from '../fixtures/issue-certificate.ts'
import { unitsOf } from './chaos/cluster.ts'
import { connectWith, succeeds } from './intruder.ts'
import { archives, etcdctl, lookAtEtcd, openWorld } from './world.ts'

/** What these credentials did under a prefix, over one connection to each member that was open all the while and new ones, until closed. */
async function lieInWait(model: Model, credentials: Issued, prefix: string) {
  const did = new Set<string>()
  let over = false
  const open = await Promise.all(unitsOf(model).map((unit) => connectWith(model, credentials, unit)))
  const tryOn = async (etcd: Etcd3, how: string): Promise<void> => {
    if (await succeeds(etcd.get(`${prefix}secret`).string())) did.add(`read over ${how}`)
    if (await succeeds(etcd.put(`${prefix}stolen`).value('mine').exec())) did.add(`wrote over ${how}`)
  }
  const waiting = (async () => {
    while (!over) {
      await Promise.all(open.map((etcd) => tryOn(etcd, 'an open connection')))
      for (const unit of unitsOf(model)) {
        const etcd = await connectWith(model, credentials, unit)
        await tryOn(etcd, 'a new connection')
        etcd.close()
      }
      await sleep(50)
    }
  })()
  return async (): Promise<readonly string[]> => {
    over = true
    await waiting
    for (const etcd of open) etcd.close()
    return [...did].sort()
  }
}

function closing(etcd: Etcd3) {
  return { etcd, [Symbol.asyncDispose]: async () => etcd.close() }
}

/** Writes and reads under the prefix at one unit. */
async function works(model: Model, credentials: Issued, prefix: string): Promise<boolean> {
  const etcd = await connectWith(model, credentials)
  try {
    return await succeeds(etcd.put(`${prefix}secret`).value('mine').exec())
  } finally {
    etcd.close()
  }
}

test('who had a name reaches nothing of the one who has it next, over any connection', async (story) => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd, units: 3 })
  const [first, second] = await Promise.all([
    issueCertificate({ commonNames: ['shared'] }),
    issueCertificate({ commonNames: ['Shared'] }),
  ])
  const third = await issueCertificate({ commonNames: ['shared'] })
  const given = { first, second, third } as const
  for (const [name, { certificate }] of Object.entries(given))
    await model.deploy(name, {
      archive: archives.client,
      config: { given: certificate, prefix: `/${name}/` },
    })
  await model.settle()
  const relate = async (name: keyof typeof given): Promise<number> => {
    const { id } = model.integrate('etcd:etcd-client', `${name}:etcd`)
    await model.settle()
    return id
  }
  const before = await relate('first')
  assert.ok(await works(model, first, '/first/'))
  await etcdctl(model.unit('etcd/0').host, 'put', '/third/secret', 'of third')
  const next = await relate('third')
  const last = await relate('second')

  await story.test('the owner leaves, and the next in line has the same name', async () => {
    const stop = await lieInWait(model, first, '/third/')
    model.removeRelation(before)
    const told = new Set<string>()
    for (let ran = await model.runOne(); ran; ran = await model.runOne()) {
      const status = model.databag(next, 'etcd').status ?? ''
      if (status.includes('let go')) told.add(status)
    }
    assert.deepEqual(await stop(), [])
    assert.ok(await works(model, third, '/third/'))
    assert.ok(!(await works(model, first, '/first/')))
    assert.equal(told.size > 0, true, 'the one who waits was not told why')
  })

  await story.test('the name comes back in capitals, as another client’s', async () => {
    const stop = await lieInWait(model, third, '/second/')
    model.removeRelation(next)
    await model.settle()
    assert.deepEqual(await stop(), [])
    assert.ok(await works(model, second, '/second/'))
    assert.deepEqual((await lookAtEtcd(model)).users, ['Shared', 'root'])
  })

  await story.test('the owner gives its prefix up; what it watches there ends', async () => {
    await using open = closing(await connectWith(model, second, 'etcd/1'))
    const seen: string[] = []
    const watcher = await open.etcd.watch().prefix('/second/').create()
    watcher.on('put', ({ value }) => seen.push(value.toString()))
    watcher.on('error', () => undefined)
    model.config('second', { prefix: '/moved/', 'keep-certificate': true })
    await model.settle()
    assert.ok(await works(model, second, '/moved/'))
    await etcdctl(model.unit('etcd/0').host, 'put', '/second/secret', 'of the next one')
    await sleep(500)
    assert.deepEqual(
      seen.filter((value) => value === 'of the next one'),
      [],
    )
  })

  await story.test('the same certificate comes back with another relation and another prefix', async () => {
    const stop = await lieInWait(model, second, '/again/')
    model.removeRelation(last)
    await model.settle()
    assert.deepEqual(await stop(), [])
    model.config('second', { prefix: '/again/' })
    await relate('second')
    assert.ok(await works(model, second, '/again/'))
  })
  assert.deepEqual(
    model.tables.journal.filter((run) => run.exit !== 0).map((run) => [run.unit, run.hook, run.stderr]),
    [],
  )
})
