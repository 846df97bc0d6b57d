// The authorities: the charm's own are replaced without an outage, and the operator's are taken over from `client-cas`.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { Etcd3 } from 'etcd3'
import { createAuthority, signRequest } from '../../src/tls/authority.ts'
import { createPrivateKeyPem } from '../../src/tls/key.ts'
import { createRequest } from '../../src/tls/request.ts'
import { Writer } from './chaos/writer.ts'
import { credentialsOf, withClient } from './driver/client.ts'
import { deployClients } from './driver/deployments.ts'
import { etcdctl, lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { assertSound, heal, startsOf, startsSince, unitsOf } from './sound.ts'

const title = 'authorities come and go, and clients go on'
story(title, { ownModel: true }, async ({ model, step, whereShown, note }) => {
  await model.deploy('etcd', { charm: 'etcd', units: 3 })
  const units = await unitsOf(model)
  const related = await deployClients(model, ['web'], () => ({ prefix: '/web/' }))
  const web = related.get('web') ?? -1
  const sound = (clients: readonly string[]): Promise<void> => assertSound({ model, whereShown }, clients)
  const toldAuthorities = async (): Promise<readonly X509Certificate[]> => {
    const { rootCertificate } = await credentialsOf(model, web, 'web')
    const blocks = String(rootCertificate).match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []
    return blocks.map((pem) => new X509Certificate(pem))
  }

  await step(
    'new authorities: two restarts a member, no write lost, clients and their certificates stay (C40)',
    async () => {
      const [before, starts] = [await toldAuthorities(), await startsOf(model)]
      await model.deploy('late', { charm: 'client', config: { prefix: '/late/' } })
      await model.deploy('stable', { charm: 'client', config: { prefix: '/stable/' } })
      await model.settle()
      await using writer = new Writer(model, web, 'web', '/web/rotation/')
      const action = await model.runAction('etcd/leader', 'rotate-authorities')
      assert.equal(action.status, 'completed', action.message)
      await model.settle()
      await heal(model)
      note(JSON.stringify(await writer.finish()))
      const afterwards = await toldAuthorities()
      assert.deepEqual([before.length, afterwards.length], [1, 1])
      assert.notEqual(before[0]?.fingerprint256, afterwards[0]?.fingerprint256)
      assert.deepEqual(await startsSince(model, starts), [2, 2, 2])
      await sound(['web'])
    },
  )

  await step('a client that asks and one that renews while authorities are replaced (C07, C35)', async () => {
    await model.runAction('etcd/leader', 'rotate-authorities')
    const late = await model.integrate('etcd:etcd-client', 'late:etcd')
    await model.runAction('web/leader', 'rotate')
    await model.settle()
    await heal(model)
    for (const [app, id] of [
      ['late', late],
      ['web', web],
    ] as const) {
      await withClient(model, id, app, (client) => client.put(`/${app}/a`, app))
    }
    await sound(['web', 'late'])
  })

  await step('off the leader a rotation is refused', async () => {
    const follower = (await model.units('etcd')).find(({ leader }) => !leader)?.name ?? ''
    const elsewhere = await model.runAction(follower, 'rotate-authorities')
    assert.match(`${elsewhere.status} ${elsewhere.message}`, /failed only the leader/)
  })

  const operator = await createAuthority({ commonName: 'corporate CA', now: new Date(), years: 1 })
  const auditor = await clientOf(operator, 'auditor')
  const connect = async (): Promise<Etcd3> => {
    const { rootCertificate } = await credentialsOf(model, web, 'web')
    return new Etcd3({
      hosts: `https://${(await model.unit(units[0] ?? '')).address}:2379`,
      credentials: { ...auditor, rootCertificate },
      defaultCallOptions: () => ({ deadline: Date.now() + 3000 }),
    })
  }
  const read = async (): Promise<string | null> => {
    const etcd = await connect()
    try {
      return await etcd.get('/web/a').string()
    } finally {
      etcd.close()
    }
  }

  await step(
    'an authority of the operator is trusted on every unit, once, and no longer than its relation lasts (C60)',
    async () => {
      for (const command of [
        'user add auditor --no-password',
        'role add auditors',
        'role grant-permission auditors read /web/ --prefix',
        'user grant-role auditor auditors',
      ])
        await etcdctl(model, 'etcd/leader', ...command.split(' '))
      await model.deploy('cas', {
        charm: 'client',
        config: { request: 'none', 'client-cas': operator.certificate },
      })
      await model.settle()
      await assert.rejects(read())
      const relation = await model.integrate('etcd:client-cas', 'cas:cas')
      await model.settle()
      await heal(model)
      assert.equal(await read(), 'web')
      for (const unit of units)
        assert.ok((await lookAtEtcd(model, unit)).trusted.includes('CN=corporate CA'), unit)
      const starts = await startsOf(model)
      await model.configure('cas', { transfer: 'v0' })
      await model.settle()
      await heal(model)
      assert.deepEqual(await startsOf(model), starts, 'known ones, told in another way, restart nobody')
      await model.configure('cas', { 'client-cas': `${operator.certificate}\n${auditor.certChain}` })
      await model.settle()
      await heal(model)
      assert.match(
        (await model.application('etcd')).status.message,
        /a certificate is no CA; send CA certificates only/,
      )
      assert.equal(await read(), 'web')
      await model.removeRelation(relation)
      await model.settle()
      await heal(model)
      await assert.rejects(read())
      for (const command of ['user delete auditor', 'role delete auditors'])
        await etcdctl(model, 'etcd/leader', ...command.split(' '))
      await sound(['web', 'late'])
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
