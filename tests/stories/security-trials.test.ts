// A stranger's certificate is tried by etcdctl on the leader's machine. However that ends, with an error as long as the certificate's
// author likes or in a way that nobody knows, it is told to that author: the others are served, newcomers too, and no hook fails.

import assert from 'node:assert/strict'
import { issueCertificate, type Shape } from '../fixtures/issue-certificate.ts'
import { assertNoFailedHooks } from './driver/deployments.ts'
import { lookAtEtcd, workloadOn } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { assertNewcomerServed, assertServed, deployIntruder, own, reachOf, send } from './intruder.ts'

const commonNames = ['mallory']
/** etcd's parser quotes a URI that it can't read: one line of an error, as long as the URI. */
const longUri = (length: number): string => `https://${'a'.repeat(length)}%zz`

const unreadable: readonly (readonly [string, Partial<Shape>])[] = [
  ['a URI of 700 characters', { uri: longUri(700) }],
  ['a URI of 7,000 characters', { uri: longUri(7_000) }],
  ['lines in a URI', { uri: `${'https://a\nError: none\n'.repeat(60)}%zz` }],
]

story(
  'a certificate whose trial fails in a long line is refused, and newcomers are served',
  {},
  async ({ model, step }) => {
    const { web, mallory } = await deployIntruder(model)
    for (const [at, [name, shape]] of unreadable.entries())
      await step(name, async () => {
        const certificate = await issueCertificate({ commonNames, ...shape })
        await send(model, certificate.certificate)
        await assertNoFailedHooks(model)
        const { message } = (await model.application('etcd')).status
        assert.match(
          message,
          /^relation \d+ \(mallory\): etcd can't load the certificate:.*In full: .*: x509: cannot parse/,
        )
        assert.match(message, /^[\x20-\x7e…]{1,800}$/)
        assert.ok(((await model.databag(mallory, 'etcd')).status ?? '').length < 500)
        assert.deepEqual(await reachOf(model, certificate), [])
        await assertNewcomerServed(model, `late${'abc'[at]}`)
        await assertServed(model, web, 'web')
      })

    await step('an authority of client-cas with such a name is refused alike', async () => {
      const name = { commonNames: ['corporate'], constraints: 'authority', usage: 'certificates' } as const
      const [odd, plain] = [
        await issueCertificate({ ...name, uri: longUri(700) }),
        await issueCertificate({ ...name, commonNames: ['plain'] }),
      ]
      const given = `${odd.certificate}\n${plain.certificate}`
      const config = { request: 'none', 'client-cas': given }
      await model.deploy('cas', { charm: 'client', config })
      await model.settle()
      await model.integrate('etcd:client-cas', 'cas:cas')
      await model.settle()
      await model.updateStatus()
      await assertNoFailedHooks(model)
      assert.deepEqual(
        (await lookAtEtcd(model)).trusted.filter((row) => /corporate|plain/.test(row)),
        ['CN=plain'],
      )
      await assertNewcomerServed(model, 'late-at-last')
      await assertServed(model, web, 'web')
    })
  },
)

/** etcdctl on the leader's machine, in ways that are nobody's fault but the machine's. */
const broken: readonly (readonly [string, string])[] = [
  ['is missing', 'true'],
  ['can’t be started by snap', `printf '#!/bin/sh\\nexit 1\\n' >"$0"; chmod +x "$0"`],
  ['is killed each time', `printf '#!/bin/sh\\nkill -9 $$\\n' >"$0"; chmod +x "$0"`],
]

const title =
  'where etcdctl itself does not run nobody is refused for it: who is served stays served, who comes waits'
story(title, { ownModel: true }, async ({ model, step }) => {
  const { web, mallory } = await deployIntruder(model)
  const { paths } = await workloadOn(model, 'etcd/leader')
  const atEtcdctl = async (does: string): Promise<void> => {
    const { code, stderr } = await model.exec('etcd/leader', ['sh', '-c', does, paths.etcdctl])
    assert.equal(code, 0, stderr)
  }
  const putBack = 'mv -f "$0.away" "$0"'
  let served = await issueCertificate({ commonNames })
  await send(model, served.certificate)
  for (const [what, how] of broken)
    await step(`etcdctl ${what}`, async () => {
      await atEtcdctl(`mv "$0" "$0.away"; ${how}`)
      const renewed = await issueCertificate({ commonNames })
      await send(model, renewed.certificate)
      await assertNoFailedHooks(model)
      await assertServed(model, web, 'web')
      assert.deepEqual(await reachOf(model, served), own)
      const told = (await model.unit('etcd/leader')).workload
      assert.deepEqual([told.status, /etcdctl/.test(told.message)], ['waiting', true], told.message)
      // Never accepted untried.
      assert.deepEqual(await reachOf(model, renewed), [])

      await atEtcdctl(putBack)
      await model.updateStatus()
      assert.deepEqual(await reachOf(model, renewed), own)
      assert.deepEqual(await reachOf(model, served), [])
      served = renewed
      assert.equal((await model.databag(mallory, 'etcd')).status ?? '[]', '[]')
      assert.deepEqual((await model.unit('etcd/leader')).workload, { status: 'active', message: '' })
    })

  await step('a newcomer waits, is told so, and is served as soon as it runs again', async () => {
    await atEtcdctl('mv "$0" "$0.away"')
    await model.deploy('late', { charm: 'client', config: { prefix: '/late/' } })
    await model.settle()
    const late = await model.integrate('etcd:etcd-client', 'late:etcd')
    await model.settle()
    await assertNoFailedHooks(model)
    assert.match((await model.databag(late, 'etcd')).status ?? '', /"code":4008,/)
    await atEtcdctl(putBack)
    await model.updateStatus()
    await model.updateStatus()
    await assertServed(model, late, 'late')
    await assertNoFailedHooks(model)
  })
})
