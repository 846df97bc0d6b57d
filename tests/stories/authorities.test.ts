// The authorities: the charm's own are replaced without an outage, and the operator's are taken over from `client-cas`.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { after, test } from 'node:test'
import { Etcd3 } from 'etcd3'
import { createAuthority, signRequest } from '../../src/tls/authority.ts'
import { createPrivateKeyPem } from '../../src/tls/key.ts'
import { createRequest } from '../../src/tls/request.ts'
import { assertSound, heal } from './chaos/cluster.ts'
import { Writer } from './chaos/writer.ts'
import { emulated } from './driver/emulated-model.ts'
import { archives, connectAs, credentialsOf, deployClients, etcdctl, lookAtEtcd, openWorld } from './world.ts'

const units = ['etcd/0', 'etcd/1', 'etcd/2'] as const

test('authorities come and go, and clients go on', async (t) => {
  const model = await openWorld({ parallel: 3 })
  after(() => model[Symbol.asyncDispose]())
  await model.deploy('etcd', { archive: archives.etcd, units: 3 })
  const related = await deployClients(model, ['web'], () => ({ prefix: '/web/' }))
  const web = related.get('web') ?? -1
  const toldAuthorities = (): readonly X509Certificate[] =>
    (
      String(credentialsOf(model, web, 'web').rootCertificate).match(
        /-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g,
      ) ?? []
    ).map((pem) => new X509Certificate(pem))
  const startsOf = async (): Promise<readonly number[]> =>
    Promise.all(units.map(async (unit) => (await lookAtEtcd(model, unit)).starts))

  await t.test(
    'new authorities: two restarts a member, no write lost, clients and their certificates stay (C40)',
    async (story) => {
      const [before, starts] = [toldAuthorities(), await startsOf()]
      await model.deploy('late', { archive: archives.client, config: { prefix: '/late/' } })
      await model.deploy('stable', { archive: archives.client, config: { prefix: '/stable/' } })
      await model.settle()
      await using writer = new Writer(emulated(model), web, 'web', '/web/rotation/')
      const action = await model.runAction('etcd/0', 'rotate-authorities')
      assert.equal(action.status, 'completed', action.message)
      const runs = await heal(model)
      const history = await writer.finish()
      story.diagnostic(JSON.stringify({ runs, ...history }))
      const afterwards = toldAuthorities()
      assert.deepEqual([before.length, afterwards.length], [1, 1])
      assert.notEqual(before[0]?.fingerprint256, afterwards[0]?.fingerprint256)
      assert.deepEqual(
        await startsOf(),
        starts.map((count) => count + 2),
      )
      await assertSound(model)
    },
  )

  await t.test(
    'a client that asks and one that renews while authorities are replaced (C07, C35)',
    async () => {
      await model.runAction('etcd/0', 'rotate-authorities')
      const late = model.integrate('etcd:etcd-client', 'late:etcd')
      await model.runAction('web/0', 'rotate')
      await heal(model)
      for (const [app, id] of [
        ['late', late.id],
        ['web', web],
      ] as const) {
        const client = connectAs(model, id, app)
        await client.put(`/${app}/a`, app)
        client.close()
      }
      await assertSound(model)
    },
  )

  await t.test('off the leader a rotation is refused', async () => {
    const elsewhere = await model.runAction('etcd/1', 'rotate-authorities')
    assert.match(`${elsewhere.status} ${elsewhere.message}`, /failed only the leader/)
  })

  const operator = await createAuthority({ commonName: 'corporate CA', now: new Date(), years: 1 })
  const auditor = await clientOf(operator, 'auditor')
  const connect = (): Etcd3 =>
    new Etcd3({
      hosts: units.map((unit) => `https://${model.unit(unit).host.address}:2379`)[0] ?? '',
      credentials: { ...auditor, rootCertificate: credentialsOf(model, web, 'web').rootCertificate },
      defaultCallOptions: () => ({ deadline: Date.now() + 3000 }),
    })
  const read = async (): Promise<string | null> => {
    const etcd = connect()
    try {
      return await etcd.get('/web/a').string()
    } finally {
      etcd.close()
    }
  }

  await t.test(
    'an authority of the operator is trusted on every unit, once, and no longer than its relation lasts (C60)',
    async () => {
      const { host } = model.unit('etcd/0')
      for (const command of [
        'user add auditor --no-password',
        'role add auditors',
        'role grant-permission auditors read /web/ --prefix',
        'user grant-role auditor auditors',
      ])
        await etcdctl(host, ...command.split(' '))
      await model.deploy('cas', {
        archive: archives.client,
        config: { request: 'none', 'client-cas': operator.certificate },
      })
      await model.settle()
      await assert.rejects(read())
      const relation = model.integrate('etcd:client-cas', 'cas:cas')
      await heal(model)
      assert.equal(await read(), 'web')
      for (const unit of units)
        assert.ok((await lookAtEtcd(model, unit)).trusted.includes('CN=corporate CA'), unit)
      const starts = await startsOf()
      model.config('cas', { transfer: 'v0' })
      await heal(model)
      assert.deepEqual(await startsOf(), starts, 'known ones, told in another way, restart nobody')
      model.config('cas', { 'client-cas': `${operator.certificate}\n${auditor.certChain}` })
      await heal(model)
      assert.match(
        model.unit('etcd/0').app.status.message,
        /a certificate is no CA; send CA certificates only/,
      )
      assert.equal(await read(), 'web')
      model.removeRelation(relation.id)
      await heal(model)
      await assert.rejects(read())
      for (const command of ['user delete auditor', 'role delete auditors'])
        await etcdctl(host, ...command.split(' '))
      await assertSound(model)
    },
  )
})

async function clientOf(authority: Awaited<ReturnType<typeof createAuthority>>, commonName: string) {
  const privateKey = await createPrivateKeyPem()
  const request = await createRequest({ privateKey, commonName })
  const sans = { dns: [], ips: [] }
  const profile = 'admin' as const
  const certChain = await signRequest({
    authority,
    request,
    profile,
    commonName,
    sans,
    now: new Date(),
    days: 1,
  })
  return { privateKey: Buffer.from(privateKey), certChain: Buffer.from(certChain) }
}
