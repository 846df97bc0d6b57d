// One name, one client after the other: whoever had it goes on trying, over connections that it never closes, and must not come by
// anything of the one who has it next. A prefix that its owner gives up is watched on, in the same way.

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Etcd3 } from 'etcd3'
import { issueCertificate, type Issued } from '../fixtures/issue-certificate.ts'
import { assertNoFailedHooks } from './driver/deployments.ts'
import type { StoryModel } from './driver/driver.ts'
import { etcdctl, lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { connectThrough, connectWith, type Door, doorOf, succeeds } from './intruder.ts'
import { watch } from './requirers.ts'
import { unitsOf } from './sound.ts'

/** What these credentials did under a prefix, over one connection to each member that was open all the while and new ones, until closed. */
function lieInWait(doors: readonly Door[], credentials: Issued, prefix: string) {
  const did = new Set<string>()
  let over = false
  const open = doors.map((door) => connectThrough(door, credentials))
  const tryOn = async (etcd: Etcd3, how: string): Promise<void> => {
    if (await succeeds(etcd.get(`${prefix}secret`).string())) did.add(`read over ${how}`)
    if (await succeeds(etcd.put(`${prefix}stolen`).value('mine').exec())) did.add(`wrote over ${how}`)
  }
  const waiting = (async () => {
    while (!over) {
      await Promise.all(open.map((etcd) => tryOn(etcd, 'an open connection')))
      for (const door of doors) {
        const etcd = connectThrough(door, credentials)
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
async function works(model: StoryModel, credentials: Issued, prefix: string): Promise<boolean> {
  const etcd = await connectWith(model, credentials)
  try {
    return await succeeds(etcd.put(`${prefix}secret`).value('mine').exec())
  } finally {
    etcd.close()
  }
}

const title = 'who had a name reaches nothing of the one who has it next, over any connection'
story(title, { ownModel: true }, async ({ model, step, whereShown }) => {
  await model.deploy('etcd', { charm: 'etcd', units: 3 })
  const [first, second] = await Promise.all([
    issueCertificate({ commonNames: ['shared'] }),
    issueCertificate({ commonNames: ['Shared'] }),
  ])
  const third = await issueCertificate({ commonNames: ['shared'] })
  const given = { first, second, third } as const
  for (const [name, { certificate }] of Object.entries(given))
    await model.deploy(name, {
      charm: 'client',
      config: { given: certificate, prefix: `/${name}/` },
    })
  await model.settle()
  const doors: Door[] = []
  for (const unit of await unitsOf(model)) doors.push(await doorOf(model, unit))
  const relate = async (name: keyof typeof given): Promise<number> => {
    const id = await model.integrate('etcd:etcd-client', `${name}:etcd`)
    await model.settle()
    return id
  }
  const before = await relate('first')
  assert.ok(await works(model, first, '/first/'))
  await etcdctl(model, 'etcd/leader', 'put', '/third/secret', 'of third')
  const next = await relate('third')
  const last = await relate('second')

  await step('the owner leaves, and the next in line has the same name', async () => {
    const stop = lieInWait(doors, first, '/third/')
    await model.removeRelation(before)
    const told = new Set<string>()
    await watch(model, async () => {
      const { status = '' } = await model.databag(next, 'etcd')
      if (status.includes('let go')) told.add(status)
    })
    assert.deepEqual(await stop(), [])
    assert.ok(await works(model, third, '/third/'))
    assert.ok(!(await works(model, first, '/first/')))
    // Seen from outside it may be over between two looks.
    await whereShown('one-hook-at-a-time', async () => {
      assert.equal(told.size > 0, true, 'the one who waits was not told why')
    })
  })

  await step('the name comes back in capitals, as another client’s', async () => {
    const stop = lieInWait(doors, third, '/second/')
    await model.removeRelation(next)
    await model.settle()
    assert.deepEqual(await stop(), [])
    assert.ok(await works(model, second, '/second/'))
    assert.deepEqual((await lookAtEtcd(model)).users, ['Shared', 'root'])
  })

  await step('the owner gives its prefix up; what it watches there ends', async () => {
    await using open = closing(await connectWith(model, second, (await unitsOf(model))[1]))
    const seen: string[] = []
    const watcher = await open.etcd.watch().prefix('/second/').create()
    watcher.on('put', ({ value }) => seen.push(value.toString()))
    watcher.on('error', () => undefined)
    await model.configure('second', { prefix: '/moved/', 'keep-certificate': true })
    await model.settle()
    assert.ok(await works(model, second, '/moved/'))
    await etcdctl(model, 'etcd/leader', 'put', '/second/secret', 'of the next one')
    await sleep(500)
    assert.deepEqual(
      seen.filter((value) => value === 'of the next one'),
      [],
    )
  })

  await step('the same certificate comes back with another relation and another prefix', async () => {
    const stop = lieInWait(doors, second, '/again/')
    await model.removeRelation(last)
    await model.settle()
    assert.deepEqual(await stop(), [])
    await model.configure('second', { prefix: '/again/' })
    await relate('second')
    assert.ok(await works(model, second, '/again/'))
  })
  await assertNoFailedHooks(model)
})
