// On the emulator alone: the clock of one machine is set.
// The leader's clock is past the end of its clients' certificates, as that of a machine that starts before its time server answers: nobody loses
// access by it, clients and the operator are told, and once it is right again one update-status takes that back for all.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { assertNoFailedHooks } from './driver/deployments.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { emulated } from './driver/emulated-model.ts'
import { issueCertificate } from '../fixtures/issue-certificate.ts'
import { deployRequirer, typescriptV0, typescriptV1 } from './requirers.ts'
import { archives, connectAs, openWorld } from './world.ts'

test('a leader whose clock is past the end of all clients’ certificates ends nobody’s access', async () => {
  const model = await openWorld()
  const told = emulated(model)
  after(() => model[Symbol.asyncDispose]())
  await model.deploy('etcd', { archive: archives.etcd, config: { 'allow-client-cas': true } })
  const expiring = { constraints: 'authority', usage: 'certificates', until: 5 } as const
  const { certificate } = await issueCertificate({ commonNames: ['corporate CA'], ...expiring })
  await model.deploy('cas', {
    archive: archives.client,
    config: { request: 'none', 'client-cas': certificate },
  })
  // They end in five days.
  for (const [of, name] of [
    [typescriptV0, 'old'],
    [typescriptV1, 'new'],
  ] as const)
    await deployRequirer(told, of, name, { certificate: 'expiring' })
  await model.settle()
  model.integrate('etcd:client-cas', 'cas:cas')
  const relations = ['old', 'new'].map(
    (name) => [name, model.integrate('etcd:etcd-client', `${name}:etcd`).id] as const,
  )
  await model.settle()
  const codes = () =>
    relations.map(([, id]) =>
      JSON.parse(model.databag(id, 'etcd').status ?? '[]').map(({ code }: { code: number }) => code),
    )
  const assertServed = async (value: string): Promise<void> => {
    for (const [name, id] of relations) {
      const client = connectAs(model, id, name)
      await client.put(`/${name}/a`, value)
      client.close()
    }
  }
  await assertServed('before')
  const before = await lookAtEtcd(told)
  assert.ok(before.trusted.includes('CN=corporate CA'))
  const { app, host } = model.unit('etcd/0')

  host.setClock('+6d')
  await model.updateStatus('etcd')
  await model.updateStatus('etcd')
  assert.deepEqual(codes(), [[5001], [5001]])
  assert.match(app.status.message, /the certificate has expired/)
  const { results } = await model.runAction('etcd/0', 'plan')
  assert.match(results.conditions ?? '', /\(cas\): a CA has expired/)
  assert.deepEqual(await lookAtEtcd(told), before)
  // By etcd's own clock, which is right, they have not.
  await assertServed('meanwhile')

  host.setClock(undefined)
  await model.updateStatus('etcd')
  assert.deepEqual(codes(), [[], []])
  assert.match(app.status.message, /expires at/)
  assert.deepEqual(await lookAtEtcd(told), before)
  await assertServed('after')
  await assertNoFailedHooks(told)
})
