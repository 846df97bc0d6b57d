// A serial is whatever its certificate's issuer wrote, and etcd's revocation list knows nothing else. A client that copies the serial
// of a person, whom an authority of the operator's lets in, or of a member's administrator, cuts nobody off with it.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { type Issued, issueCertificate } from '../fixtures/issue-certificate.ts'
import { assertNoFailedHooks } from './driver/deployments.ts'
import type { StoryModel } from './driver/driver.ts'
import { etcdctl, workloadOn } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { assertServed, deployIntruder, own, reachOf, send } from './intruder.ts'
import { unitsOf } from './sound.ts'

const commonNames = ['mallory']

/** Mallory takes up that serial, and then lets it go: by another certificate, or with the whole relation. */
async function takeAndDrop(model: StoryModel, serial: string, drop: 'renews' | 'leaves'): Promise<Issued> {
  const copier = await issueCertificate({ commonNames, serial })
  await send(model, copier.certificate)
  assert.deepEqual(await reachOf(model, copier), own, 'the copier is a client like any other')
  if (drop === 'renews') await send(model, (await issueCertificate({ commonNames })).certificate)
  else {
    await model.removeRelation(await mallorys(model))
    await model.settle()
    await send(model, (await issueCertificate({ commonNames })).certificate)
    await model.integrate('etcd:etcd-client', 'mallory:etcd')
  }
  await model.settle()
  return copier
}

async function mallorys(model: StoryModel): Promise<number> {
  const relation = (await model.relations('mallory')).find(({ endpoint }) => endpoint === 'etcd')
  assert.ok(relation)
  return relation.id
}

story(
  'who copies a serial and drops it again cuts nobody off but itself',
  { ownModel: true },
  async ({ model, step }) => {
    const { web } = await deployIntruder(model)
    await model.addUnit('etcd')
    await model.settle()
    await model.updateStatus()
    const units = await unitsOf(model)
    const ca = { constraints: 'authority', usage: 'certificates' } as const
    const corporate = await issueCertificate({ commonNames: ['corporate CA'], ...ca })
    const team = await issueCertificate({ commonNames: ['team CA'], issuer: corporate, ...ca })
    const person = await issueCertificate({ commonNames: ['person'], issuer: team })
    const asPerson = { ...person, chain: team.certificate }
    for (const command of [
      'user add person --no-password',
      'role add people',
      'role grant-permission people read /web/ --prefix',
      'user grant-role person people',
    ])
      await etcdctl(model, 'etcd/leader', ...command.split(' '))
    const config = { request: 'none', 'client-cas': corporate.certificate }
    await model.deploy('cas', { charm: 'client', config })
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
        await etcdctl(model, unit, 'endpoint', 'health')
      }
      await assertNoFailedHooks(model)
    }

    for (const [at, drop] of (['renews', 'leaves'] as const).entries()) {
      const unit = units[at] ?? ''
      await step(`the serial of the administrator of ${unit}, by a client that ${drop}`, async () => {
        const { paths } = await workloadOn(model, unit)
        const admin = await model.exec(unit, ['cat', `${paths.tls}/admin.crt`])
        await assertHarmless(await takeAndDrop(model, serialOf(admin.stdout), drop), false)
      })
    }

    await model.integrate('etcd:client-cas', 'cas:cas')
    await model.settle()
    const theirs = [
      ['a person', person.certificate, 'renews'],
      ['a person', person.certificate, 'leaves'],
      ['the authority that a person shows', team.certificate, 'renews'],
    ] as const
    for (const [whose, certificate, drop] of theirs) {
      await step(`the serial of ${whose}, by a client that ${drop}`, async () => {
        assert.deepEqual(await reachOf(model, asPerson), ['connect', 'read /web/'])
        await assertHarmless(await takeAndDrop(model, serialOf(certificate), drop), true)
      })
    }
  },
)
