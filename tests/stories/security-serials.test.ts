// A serial is whatever its certificate's issuer wrote, and etcd's revocation list knows nothing else. A client that copies the serial
// of a person, whom an authority of the operator's lets in, or of a member's administrator, cuts nobody off with it.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import type { Model } from '../emulator/index.ts'
import { type Issued, issueCertificate } from '../fixtures/issue-certificate.ts'
import { assertServed, deployIntruder, own, reachOf, send } from './intruder.ts'
import { archives, etcdctl, openWorld } from './world.ts'

const commonNames = ['mallory']
const units = ['etcd/0', 'etcd/1'] as const

/** Mallory takes up that serial, and then lets it go: by another certificate, or with the whole relation. */
async function takeAndDrop(model: Model, serial: string, drop: 'renews' | 'leaves'): Promise<Issued> {
  const copier = await issueCertificate({ commonNames, serial })
  await send(model, copier.certificate)
  assert.deepEqual(await reachOf(model, copier), own, 'the copier is a client like any other')
  if (drop === 'renews') await send(model, (await issueCertificate({ commonNames })).certificate)
  else {
    model.removeRelation(mallorys(model))
    await model.settle()
    await send(model, (await issueCertificate({ commonNames })).certificate)
    model.integrate('etcd:etcd-client', 'mallory:etcd')
  }
  await model.settle()
  return copier
}

function mallorys({ tables }: Model): number {
  const [relation] = [...tables.relations.values()].filter(({ ends }) =>
    ends.some(({ app }) => app === 'mallory'),
  )
  assert.ok(relation)
  return relation.id
}

test('who copies a serial and drops it again cuts nobody off but itself', async (story) => {
  await using model = await openWorld()
  const { web } = await deployIntruder(model)
  await model.addUnit('etcd')
  await model.settle()
  await model.updateStatus()
  const ca = { constraints: 'authority', usage: 'certificates' } as const
  const corporate = await issueCertificate({ commonNames: ['corporate CA'], ...ca })
  const team = await issueCertificate({ commonNames: ['team CA'], issuer: corporate, ...ca })
  const person = await issueCertificate({ commonNames: ['person'], issuer: team })
  const asPerson = { ...person, chain: team.certificate }
  const { host } = model.unit('etcd/0')
  for (const command of [
    'user add person --no-password',
    'role add people',
    'role grant-permission people read /web/ --prefix',
    'user grant-role person people',
  ])
    await etcdctl(host, ...command.split(' '))
  const config = { request: 'none', 'client-cas': corporate.certificate }
  await model.deploy('cas', { archive: archives.client, config })
  await model.settle()
  const serialOf = (pem: string): string => new X509Certificate(pem).serialNumber

  /** Everybody who was there before, at each member; and the copier no more. */
  const assertHarmless = async (copier: Issued, people: boolean): Promise<void> => {
    await assertServed(model, web, 'web')
    for (const unit of units) {
      assert.deepEqual(await reachOf(model, copier, unit), [], `the copier at ${unit}`)
      if (people)
        assert.deepEqual(
          await reachOf(model, asPerson, unit),
          ['connect', 'read /web/'],
          `the person at ${unit}`,
        )
      await etcdctl(model.unit(unit).host, 'endpoint', 'health')
    }
    const failed = model.tables.journal.filter((run) => run.exit !== 0)
    assert.deepEqual(
      failed.map((run) => [run.unit, run.hook, run.stderr]),
      [],
    )
  }

  const admins = [
    ['etcd/0', 'renews'],
    ['etcd/1', 'leaves'],
  ] as const
  for (const [unit, drop] of admins) {
    await story.test(`the serial of the administrator of ${unit}, by a client that ${drop}`, async () => {
      const admin = await model.unit(unit).host.run(['cat', '/var/snap/charmed-etcd/common/tls/admin.crt'])
      await assertHarmless(await takeAndDrop(model, serialOf(admin.stdout), drop), false)
    })
  }

  model.integrate('etcd:client-cas', 'cas:cas')
  await model.settle()
  const theirs = [
    ['a person', person.certificate, 'renews'],
    ['a person', person.certificate, 'leaves'],
    ['the authority that a person shows', team.certificate, 'renews'],
  ] as const
  for (const [whose, certificate, drop] of theirs) {
    await story.test(`the serial of ${whose}, by a client that ${drop}`, async () => {
      assert.deepEqual(await reachOf(model, asPerson), ['connect', 'read /web/'])
      await assertHarmless(await takeAndDrop(model, serialOf(certificate), drop), true)
    })
  }
})
