// The operator's issuer for what members show to clients: clients have its root before, and nobody restarts. And whatever a provider
// answers, it is told in words, and what is in use stays.

import assert from 'node:assert/strict'
import { Writer } from './chaos/writer.ts'
import { credentialsOf } from './driver/client.ts'
import { untilServed } from './driver/deployments.ts'
import type { StoryModel } from './driver/driver.ts'
import { story } from './driver/story.ts'
import { deployIssuer, endpoints, issuersShown, untilShown } from './issuers.ts'
import { assertSound, heal, startsOf, startsSince } from './sound.ts'

const own = /^etcd server authority$/

const title =
  'an issuer for clients: its root first, then its certificates, then its next root, and back, without a restart'
story(title, { ownModel: true, needs: ['python-requirer'] }, async ({ model, step, whereShown, note }) => {
  await model.deploy('etcd', { charm: 'etcd', units: 2 })
  await model.deploy('web', { charm: 'client', config: { prefix: '/web/' } })
  await deployIssuer(model, 'vault')
  await model.settle()
  const web = await model.integrate('etcd:etcd-client', 'web:etcd')
  await untilServed(model, ['web'])
  const starts = await startsOf(model)
  await using writer = new Writer(model, web, 'web', '/web/issuer/')
  const roots = async (): Promise<number> =>
    String((await credentialsOf(model, web, 'web')).rootCertificate).match(/BEGIN CERT/g)?.length ?? 0
  const relation = await model.integrate(`etcd:${endpoints.server}`, 'vault:certificates')

  await step('clients are told of its root before any member shows its certificate', async () => {
    await model.settle()
    await heal(model)
    assert.equal(await roots(), 2)
    await untilShown(model, 'server', /^vault CA 1$/)
  })

  await step('another root of the provider’s is followed once certificates are revoked', async () => {
    await model.runAction('vault/leader', 'new-ca')
    await model.runAction('vault/leader', 'revoke-all')
    await untilShown(model, 'server', /^vault CA 2$/)
    await heal(model)
    assert.equal(await roots(), 2, 'the charm’s own, and the one in use')
  })

  await step('removed, its certificates go at once, and nobody has restarted', async () => {
    await model.removeRelation(relation)
    await untilShown(model, 'server', own)
    await heal(model)
    assert.equal(await roots(), 1)
    assert.deepEqual(await startsSince(model, starts), [0, 0])
    const history = await writer.finish()
    note(JSON.stringify(history))
    assert.equal(history.failed, 0)
    await assertSound({ model, whereShown })
  })
})

const answers: readonly (readonly [answer: string, words: RegExp])[] = [
  ['hold', /waiting: client-certificates \(vault\): no certificate yet; see its provider/],
  ['refuse-101', /blocked: client-certificates \(vault\): it signs no IP addresses .*pki_allow_ip_sans=true/],
  ['refuse-102', /blocked: .*it does not sign for these names .*set client-certificate-domain/],
  ['refuse-201', /waiting: .*its server does not answer/],
  ['refuse-999', /blocked: .*it refuses the request with code 999 \(code 999 it is\)/],
  ['no-addresses', /blocked: .*it signs no addresses, which members need/],
  ['rubbish', /waiting: .*no certificate yet \(an entry of certificates can't be read\)/],
  ['another', /blocked: .*it is for another key than this unit's/],
  ['authority', /blocked: .*it is a CA/],
  ['constrained', /blocked: .*no client of etcd takes it \(x509: .*not authorized to sign for this name/],
  ['rootless', /blocked: .*its root is not with it/],
]

story(
  'whatever a provider answers is told in words, and what is in use stays',
  { ownModel: true, needs: ['python-requirer'] },
  async ({ model, step }) => {
    await model.deploy('etcd', { charm: 'etcd' })
    await deployIssuer(model, 'vault', { answer: 'hold' })
    await model.settle()
    for (const [answer, words] of answers)
      await step(answer, async () => {
        await model.configure('vault', { answer })
        await model.settle()
        const relation = await model.integrate(`etcd:${endpoints.server}`, 'vault:certificates')
        await model.settle()
        await heal(model)
        assert.match(await statusOf(model), words)
        assert.deepEqual(await issuersShown(model, 'server'), ['etcd server authority'])
        await model.removeRelation(relation)
        await model.settle()
        await heal(model)
        assert.equal(await statusOf(model), 'active: ')
      })
    await step('a chain in any order is put in order', async () => {
      await model.configure('vault', { answer: 'shuffled' })
      await model.settle()
      await model.integrate(`etcd:${endpoints.server}`, 'vault:certificates')
      await untilShown(model, 'server', /^between$/)
      assert.equal(await statusOf(model), 'active: ')
    })
    assert.deepEqual(await model.failedHooks(), [])
  },
)

async function statusOf(model: StoryModel): Promise<string> {
  const { status, message } = (await model.unit('etcd/leader')).workload
  return `${status}: ${message}`
}
