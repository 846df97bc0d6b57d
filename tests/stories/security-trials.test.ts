// A stranger's certificate is tried by etcdctl on the leader's machine. However that ends, with an error as long as the certificate's
// author likes or in a way that nobody knows, it is told to that author: the others are served, newcomers too, and no hook fails.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { issueCertificate, type Shape } from '../fixtures/issue-certificate.ts'
import { assertServed, deployIntruder, own, reachOf, send } from './intruder.ts'
import { archives, lookAtEtcd, openWorld } from './world.ts'

const commonNames = ['mallory']
const etcdctl = '/snap/bin/charmed-etcd.etcdctl'
/** etcd's parser quotes a URI that it can't read: one line of an error, as long as the URI. */
const longUri = (length: number): string => `https://${'a'.repeat(length)}%zz`

async function assertNewcomerServed(model: Model, name: string): Promise<void> {
  await model.deploy(name, { archive: archives.client, config: { prefix: `/${name}/` } })
  await model.settle()
  const relation = model.integrate('etcd:etcd-client', `${name}:etcd`).id
  await model.settle()
  await model.updateStatus()
  await assertServed(model, relation, name)
}

function assertNoFailure(model: Model): void {
  const failed = model.tables.journal.filter((run) => run.exit !== 0)
  assert.deepEqual(
    failed.map((run) => [run.unit, run.hook, run.stderr]),
    [],
  )
}

const unreadable: readonly (readonly [string, Partial<Shape>])[] = [
  ['a URI of 700 characters', { uri: longUri(700) }],
  ['a URI of 7,000 characters', { uri: longUri(7_000) }],
  ['lines in a URI', { uri: `${'https://a\nError: none\n'.repeat(60)}%zz` }],
]

test('a certificate whose trial fails in a long line is refused, and newcomers are served', async (story) => {
  await using model = await openWorld()
  const { web, mallory } = await deployIntruder(model)
  for (const [at, [name, shape]] of unreadable.entries())
    await story.test(name, async () => {
      const certificate = await issueCertificate({ commonNames, ...shape })
      await send(model, certificate.certificate)
      assertNoFailure(model)
      const { message } = model.unit('etcd/0').app.status
      assert.match(
        message,
        /^relation \d+ \(mallory\): etcd can't load the certificate: x509: cannot parse URI/,
      )
      assert.match(message, /^[\x20-\x7e]{1,400}$/)
      assert.ok((model.databag(mallory, 'etcd').status ?? '').length < 500)
      assert.deepEqual(await reachOf(model, certificate), [])
      await assertNewcomerServed(model, `late${'abc'[at]}`)
      await assertServed(model, web, 'web')
    })

  await story.test('an authority of client-cas with such a name is refused alike', async () => {
    const name = { commonNames: ['corporate'], constraints: 'authority', usage: 'certificates' } as const
    const [odd, plain] = [
      await issueCertificate({ ...name, uri: longUri(700) }),
      await issueCertificate({ ...name, commonNames: ['plain'] }),
    ]
    const given = `${odd.certificate}\n${plain.certificate}`
    const config = { request: 'none', 'client-cas': given }
    await model.deploy('cas', { archive: archives.client, config })
    await model.settle()
    model.integrate('etcd:client-cas', 'cas:cas')
    await model.settle()
    await model.updateStatus()
    assertNoFailure(model)
    assert.deepEqual(
      (await lookAtEtcd(model)).trusted.filter((row) => /corporate|plain/.test(row)),
      ['CN=plain'],
    )
    await assertNewcomerServed(model, 'late-at-last')
    await assertServed(model, web, 'web')
  })
})

/** etcdctl on the leader's machine, in ways that are nobody's fault but the machine's. */
const broken: readonly (readonly [string, string])[] = [
  ['is missing', `rm ${etcdctl}`],
  [
    'can’t be started by snap',
    `rm ${etcdctl}; printf '#!/bin/sh\\nexit 1\\n' >${etcdctl}; chmod +x ${etcdctl}`,
  ],
  [
    'is killed each time',
    `rm ${etcdctl}; printf '#!/bin/sh\\nkill -9 $$\\n' >${etcdctl}; chmod +x ${etcdctl}`,
  ],
]

test('where etcdctl itself does not run nobody is refused for it: who is served stays served, who comes waits', async (story) => {
  await using model = await openWorld()
  const { web, mallory } = await deployIntruder(model)
  const { host } = model.unit('etcd/0')
  let served = await issueCertificate({ commonNames })
  await send(model, served.certificate)
  for (const [what, how] of broken)
    await story.test(`etcdctl ${what}`, async () => {
      await host.run(['sh', '-c', how])
      const renewed = await issueCertificate({ commonNames })
      await send(model, renewed.certificate)
      assertNoFailure(model)
      await assertServed(model, web, 'web')
      assert.deepEqual(await reachOf(model, served), own)
      const told = model.unit('etcd/0').workload
      assert.deepEqual([told.status, /etcdctl/.test(told.message)], ['waiting', true], told.message)
      // Never accepted untried.
      assert.deepEqual(await reachOf(model, renewed), [])

      await host.run(['ln', '-sf', '/snap/charmed-etcd/current/bin/etcdctl', etcdctl])
      await model.updateStatus()
      assert.deepEqual(await reachOf(model, renewed), own)
      assert.deepEqual(await reachOf(model, served), [])
      served = renewed
      assert.equal(model.databag(mallory, 'etcd').status ?? '[]', '[]')
      assert.deepEqual(model.unit('etcd/0').workload, { status: 'active', message: '' })
    })

  await story.test('a newcomer waits, is told so, and is served as soon as it runs again', async () => {
    await host.run(['rm', etcdctl])
    await model.deploy('late', { archive: archives.client, config: { prefix: '/late/' } })
    await model.settle()
    const late = model.integrate('etcd:etcd-client', 'late:etcd').id
    await model.settle()
    assertNoFailure(model)
    assert.match(model.databag(late, 'etcd').status ?? '', /"code":4008,/)
    await host.run(['ln', '-sf', '/snap/charmed-etcd/current/bin/etcdctl', etcdctl])
    await model.updateStatus()
    await model.updateStatus()
    await assertServed(model, late, 'late')
    assertNoFailure(model)
  })
})
