// On the emulator alone: dozens of clients with long subjects are rows of a table.
// etcd sends the subjects of all that it trusts in every handshake, and past 64 KiB of them every handshake fails, the administrator's
// too. Clients whose certificates have long subjects, and authorities of `client-cas`, try to bring it there.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mostBytes } from '../../src/charm/plan/trust/room.ts'
import type { Model } from '../emulator/index.ts'
import { type Issued, issueCertificate } from '../fixtures/issue-certificate.ts'
import { emulated } from './driver/emulated-model.ts'
import { deployGreedy, letsIn, organization, renewMany, trustedBytes } from './greedy-clients.ts'
import { assertServed, deployIntruder } from './intruder.ts'
import { archives, etcdctl, openWorld } from './world.ts'

function statusCodes(model: Model, relation: number): readonly number[] {
  const parsed: unknown = JSON.parse(model.databag(relation, 'etcd').status ?? '[]')
  return Array.isArray(parsed) ? parsed.map((row: { code?: unknown }) => Number(row.code)) : []
}

test('no client and no authority fills the truststore for everybody', async (story) => {
  await using model = await openWorld()
  const { web } = await deployIntruder(emulated(model))
  const greedy = await deployGreedy(model)
  const all = (): readonly Issued[] => greedy.flatMap(({ certificates }) => certificates)
  const soundly = async (): Promise<void> => {
    await assertServed(emulated(model), web, 'web')
    await etcdctl(model.unit('etcd/0').host, 'user', 'list')
    assert.ok((await trustedBytes(model)) <= mostBytes)
    const failed = model.tables.journal.filter((run) => run.exit !== 0)
    assert.deepEqual(
      failed.map((run) => [run.unit, run.hook, run.stderr]),
      [],
    )
  }

  await story.test('42 clients with subjects of a kibibyte are served', async () => {
    assert.equal(await letsIn(model, all()), 42)
    await soundly()
  })

  await story.test(
    'all of them renew at once: some wait, are told, and go on as they were; all come in',
    async () => {
      const old = all()
      for (const each of greedy) await renewMany(model, each)
      let waited = 0
      for (;;) {
        const told = greedy.flatMap(({ relation }) => statusCodes(model, relation))
        if (told.includes(4103) && waited === 0) {
          waited = told.filter((code) => code === 4103).length
          assert.notEqual(model.unit('etcd/0').app.status.message, '')
          const { results } = await model.runAction('etcd/0', 'list-clients')
          assert.match(String(results.clients), /no room yet for the new certificate beside the old one/)
          await soundly()
        }
        if (!(await model.runOne())) break
      }
      await model.updateStatus()
      story.diagnostic(`${waited} waited`)
      assert.ok(waited > 0)
      await soundly()
      assert.deepEqual([await letsIn(model, old), await letsIn(model, all())], [0, 42])
      assert.deepEqual(
        greedy.flatMap(({ relation }) => statusCodes(model, relation)),
        [],
      )
    },
  )

  await story.test('ten authorities of client-cas with subjects of 6.6 kB are refused in words', async () => {
    // Of an issuer with a short name, so that all of the 8 KiB that a CA may have is subject.
    const ca = { constraints: 'authority', usage: 'certificates' } as const
    const root = await issueCertificate({ commonNames: ['root CA'], ...ca })
    const long = await Promise.all(
      Array.from({ length: 10 }, (_, nth) =>
        issueCertificate({
          commonNames: [`CA ${nth}`],
          organization: 'm'.repeat(6_600),
          issuer: root,
          ...ca,
        }),
      ),
    )
    const given = long.map(({ certificate }) => certificate).join('')
    await model.deploy('cas', { archive: archives.client, config: { request: 'none', 'client-cas': given } })
    await model.settle()
    model.integrate('etcd:client-cas', 'cas:cas')
    await model.settle()
    await soundly()
    assert.match(model.unit('etcd/0').app.status.message, /the subject of a CA is larger than 1024 bytes/)
  })

  await story.test('many authorities are let in as far as their share goes', async () => {
    const many = await Promise.all(
      Array.from({ length: 20 }, (_, nth) =>
        issueCertificate({
          commonNames: [`CA ${nth}`],
          organization,
          constraints: 'authority',
          usage: 'certificates',
        }),
      ),
    )
    model.config('cas', { 'client-cas': many.map(({ certificate }) => certificate).join('') })
    await model.settle()
    await soundly()
    assert.equal(await letsIn(model, all()), 42)
    assert.match(model.unit('etcd/0').app.status.message, /no room for more CAs|more than 16 CAs/)
  })
})
