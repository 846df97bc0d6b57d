// Three members and three kinds of clients: what the leader does for all, what the others do on their own machines, and that no
// client is cut off by what members go through.

import assert from 'node:assert/strict'
import type { HookRun } from '../emulator/index.ts'
import { credentialsOf, responsesOf } from './driver/client.ts'
import type { StoryModel } from './driver/driver.ts'
import { assertNoFailedHooks } from './driver/deployments.ts'
import { emulatorOf, runsDuring, writesOf } from './driver/emulator-of.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { accepts } from './handshake.ts'
import {
  another,
  assertComplete,
  deployRequirer,
  eventsOf,
  fingerprintOf,
  truststoreOf,
  typescriptV0,
  watch,
} from './requirers.ts'
import { heal, startsOf, startsSince, unitsOf } from './sound.ts'

const tellsUsers = /\b(user|role|permission)\/(create|delete|grant|revoke)\b/

function assertFollowersKeepOut(leader: string, runs: readonly HookRun[], relation: number): void {
  for (const run of runs.filter(({ unit }) => unit.startsWith('etcd/') && unit !== leader)) {
    assert.deepEqual(
      run.log.filter((line) => tellsUsers.test(line)),
      [],
      `${run.unit} ${run.hook}`,
    )
    const wrote = run.calls.filter(
      ({ tool, args }) => tool === 'relation-set' && args.includes(String(relation)),
    )
    assert.deepEqual(wrote, [], `${run.unit} ${run.hook}`)
  }
}

/** How many it has made by now. */
async function certificatesOf(model: StoryModel, app: string): Promise<number> {
  const secrets = await model.secrets()
  const own = secrets.find(({ owner, label }) => owner === app && label.endsWith('.mtls.secret'))
  return own?.revision ?? 0
}

const title = 'three members serve, each in its place'
story(title, { ownModel: true }, async ({ model, step, whereShown }) => {
  await model.deploy('etcd', { charm: 'etcd', units: 3 })
  const wishes = { prefix: '/shared/', 'common-name': 'web', request: 'v0' }
  await model.deploy('web', { charm: typescriptV0.charm, units: 2, config: wishes })
  await deployRequirer(model, another, 'heir', { prefix: '/shared/' })
  await deployRequirer(model, typescriptV0, 'mute', { request: 'none' })
  await model.settle()
  const members = await unitsOf(model)
  const leader = (await model.unit('etcd/leader')).name
  const addressOf = async (unit: string): Promise<string> => (await model.unit(unit)).address
  const webs = (await model.units('web')).map(({ name }) => name)

  await step(
    'without clients there is no work (C43)',
    async () => {
      await model.updateStatus()
      assert.deepEqual(writesOf(await runsDuring(model, model.updateStatus)), [])
    },
    { needs: ['journal'] },
  )

  const id = await model.integrate('etcd:etcd-client', 'web:etcd')
  await step('one unit makes the user, the others wait for its word and then trust (C05, C43)', async () => {
    const before = await startsOf(model)
    const runs = await watch(model, async () => {})
    await whereShown('journal', async () => {
      assertFollowersKeepOut(leader, runs, id)
      const at = (name: string, text: string): number =>
        runs.findIndex((run) => run.unit === name && run.log.some((line) => line.includes(text)))
      const recorded = at(leader, 'ledger/write')
      for (const unit of members) {
        const trusted = at(unit, 'service/restart')
        assert.ok(recorded >= 0 && trusted > recorded, `${unit}: ${trusted} after ${recorded}`)
      }
    })
    assert.deepEqual(await startsSince(model, before), [1, 1, 1])
  })

  await step('every member trusts the certificate itself (C22)', async () => {
    const fingerprint = await fingerprintOf(model, id, 'web')
    for (const unit of members) assert.ok((await truststoreOf(model, unit)).includes(fingerprint), unit)
    await assertComplete(model, id)
    assert.equal((await responsesOf(model, id))[0]?.endpoints?.split(',').length, 3)
  })

  const heir = await model.integrate('etcd:etcd-client', 'heir:etcd')
  await step('two applications share a prefix, two units a certificate (C23)', async () => {
    await model.settle()
    for (const [at, unit] of [...webs, 'heir/leader'].entries()) {
      const put = await model.runAction(unit, 'put', { key: `/shared/${at}`, value: unit })
      assert.equal(put.status, 'completed', put.message)
    }
    const got = await model.runAction('heir/leader', 'get', { key: '/shared/1' })
    assert.equal(got.results.value, webs[1])
  })

  await step(
    'the old certificate works until every member takes the new one, then nowhere (C30)',
    async () => {
      const [before, old] = [await startsOf(model), await credentialsOf(model, id, 'web')]
      const addresses = await Promise.all(members.map(addressOf))
      const certificates = await certificatesOf(model, 'web')
      await model.configure('web', { ids: 'all' })
      let taken = false
      const seen: string[] = []
      const runs = await watch(model, async (after) => {
        const fresh = await credentialsOf(model, id, 'web')
        if (fresh.certChain.equals(old.certChain)) return
        const takes = (of: typeof old) => Promise.all(addresses.map((address) => accepts(address, of)))
        const [olds, news] = [await takes(old), await takes(fresh)]
        seen.push(`${after}: old ${olds.join()}, new ${news.join()}`)
        if (!news.includes(false)) taken = true
        if (!taken) assert.ok(!olds.includes(false), seen.join('\n'))
      })
      assert.match(seen.at(-1) ?? '', /old false,false,false, new true,true,true$/)
      // Juju 4.0 tells changed options twice, and at each this requirer makes a certificate, which may come while members restart for the one before.
      const [made, restarts] = [
        (await certificatesOf(model, 'web')) - certificates,
        await startsSince(model, before),
      ]
      assert.ok(
        made >= 1 && restarts.every((count) => count >= 1 && count <= made),
        `${restarts} for ${made}`,
      )
      await whereShown('journal', async () => assertFollowersKeepOut(leader, runs, id))
    },
  )

  await step('a new name reaches the others through the ledger (C31, C33)', async () => {
    const before = await startsOf(model)
    const runs = await runsDuring(model, async () => {
      await model.configure('web', { 'common-name': 'renamed' })
      await model.settle()
    })
    await whereShown('journal', async () => assertFollowersKeepOut(leader, runs, id))
    for (const unit of members) {
      const { users, trusted } = await lookAtEtcd(model, unit)
      assert.deepEqual(users, ['heir', 'renamed', 'root'], unit)
      assert.deepEqual(
        trusted.filter((subject) => /web|renamed/.test(subject)),
        ['CN=renamed'],
        unit,
      )
    }
    // Two for another name; and Juju 4.0 tells changed options twice, at each of which this requirer makes one more certificate.
    const restarts = await startsSince(model, before)
    assert.ok(
      restarts.every((count) => count <= 3),
      restarts.join(),
    )
  })

  const mute = await model.integrate('etcd:etcd-client', 'mute:etcd')
  await step(
    'another address: endpoints, uris and nothing else, for those who were answered (C41, C44, C81)',
    async () => {
      await model.settle()
      await eventsOf(model, another, 'heir/leader')
      const follower = members.find((unit) => unit !== leader) ?? ''
      const emulator = emulatorOf(model)
      const { host } = emulator.unit(follower)
      await host.readdress(host.address.replace(/\d+$/, (last) => String(Number(last) + 100)))
      await emulator.reboot(follower)
      await watch(model, async (after) => {
        const listed = (await responsesOf(model, heir))[0]?.endpoints?.includes(`${host.address}:2379`)
        if (listed) assert.ok(await accepts(host.address, await credentialsOf(model, heir, 'heir')), after)
      })
      await heal(model)
      const expected = (await Promise.all(members.map(addressOf))).map((address) => `${address}:2379`).sort()
      for (const relation of [id, heir]) {
        await assertComplete(model, relation)
        assert.deepEqual((await responsesOf(model, relation))[0]?.endpoints?.split(',') ?? [], expected)
      }
      const client = await credentialsOf(model, id, 'web')
      for (const unit of members) assert.ok(await accepts(await addressOf(unit), client), unit)
      assert.deepEqual(Object.keys(await model.databag(mute, 'etcd')), [])
      // Once where the member went, if that was seen, and once where it came.
      const told = await eventsOf(model, another, 'heir/leader')
      assert.deepEqual(Object.keys(told).sort(), Object.keys(another.tells?.moved ?? {}).sort())
      assert.ok(
        Object.values(told).every((count) => ['1', '2'].includes(count)),
        JSON.stringify(told),
      )
    },
    { needs: ['faults'] },
  )

  await step('with the relation its user goes, by one unit, and its trust, by each (C50, C51)', async () => {
    const client = await credentialsOf(model, id, 'web')
    const runs = await runsDuring(model, async () => {
      await model.removeRelation(id)
      await model.settle()
    })
    await whereShown('journal', async () => assertFollowersKeepOut(leader, runs, id))
    for (const unit of members) {
      const { users, trusted } = await lookAtEtcd(model, unit)
      assert.deepEqual([users, trusted.length], [['heir', 'root'], 2], unit)
      assert.equal(await accepts(await addressOf(unit), client), false, unit)
    }
  })

  await step('the leader leaves, and its clients notice other endpoints only (N05)', async () => {
    await eventsOf(model, another, 'heir/leader')
    await model.removeUnit((await model.unit('etcd/leader')).name)
    await model.settle()
    await heal(model)
    await assertComplete(model, heir)
    assert.equal((await responsesOf(model, heir))[0]?.endpoints?.split(',').length, 2)
    const put = await model.runAction('heir/leader', 'put', { key: '/shared/d', value: 'still' })
    assert.equal(put.status, 'completed', put.message)
    const told = another.tells?.moved ?? {}
    assert.deepEqual(await eventsOf(model, another, 'heir/leader'), told)
  })

  await assertNoFailedHooks(model)
})
