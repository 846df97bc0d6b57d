// Requests that no library would send: thousands of them, megabytes, ranges that are the charm's own. Each is bounded and refused
// in words; no hook fails, no hook costs more for it than it may, and the client next to it is served meanwhile.

import assert from 'node:assert/strict'
import { issueCertificate } from '../fixtures/issue-certificate.ts'
import { extension, makeOddCertificate, soundShape } from '../fixtures/odd-certificate.ts'
import { assertNoFailedHooks } from './driver/deployments.ts'
import type { StoryModel } from './driver/driver.ts'
import { runsDuring } from './driver/emulator-of.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { assertNewcomerServed, assertServed, deployIntruder, own, reachOf } from './intruder.ts'

const secret = 'secret:c000000000000000000g'
const elsewhere = `secret://3f1c2a6e-0000-4000-8000-000000000000/${secret.slice(7)}`
const deep = 200_000

interface Row {
  readonly databag: Readonly<Record<string, string>>
  readonly told: RegExp
}

function v1(rows: readonly unknown[]): Readonly<Record<string, string>> {
  return { version: 'v1', requests: JSON.stringify(rows) }
}

function many(count: number, more: Readonly<Record<string, unknown>> = {}): readonly unknown[] {
  return Array.from({ length: count }, (_, at) => ({ resource: `/mallory/${at}/`, salt: 's', ...more }))
}

const megabyte = 'x'.repeat(1_000_000)

/** `certificate` is one that would be accepted. */
const rowsWith = (certificate: string): Readonly<Record<string, Row>> => ({
  'five thousand requests': { databag: v1(many(5_000)), told: /5000, of which the first 100/ },
  'five thousand requests, each with a secret': {
    databag: v1(many(5_000, { 'secret-mtls': secret })),
    told: /5000, of which the first 100/,
  },
  'two requests of one id': { databag: v1([...many(1), ...many(1)]), told: /share one id/ },
  'a request id that is a path': { databag: v1(many(1, { 'request-id': '../0' })), told: /request-id/ },
  'a request of a megabyte': { databag: v1(many(1, { more: megabyte })), told: /longer than/ },
  'a request that is nested deep': {
    databag: { version: 'v1', requests: `[{"resource":"/","more":${'['.repeat(deep)}${']'.repeat(deep)}}]` },
    told: /too deep/,
  },
  'a megabyte for requests': { databag: { version: 'v1', requests: megabyte }, told: /no JSON list/ },
  'a megabyte for a version': { databag: { version: megabyte }, told: /protocol version/ },
  'a megabyte for a prefix': { databag: { prefix: megabyte }, told: /prefix is too long/ },
  'a megabyte for a secret': { databag: { 'secret-mtls': megabyte }, told: /no secret URI/ },
  'a secret URI that only looks like one': {
    databag: { 'secret-mtls': `secret://no model/${secret.slice(7)}` },
    told: /no secret URI/,
  },
  // Juju's ids end in 0 or g, as they have 96 bits.
  'a secret URI that Juju takes for none': {
    databag: { 'secret-mtls': 'secret:c0000000000000000001' },
    told: /no secret URI/,
  },
  'a secret of a model that Juju does not know': { databag: { 'secret-mtls': elsewhere }, told: /4003|4013/ },
  'an option for a secret': { databag: { 'secret-mtls': '--help' }, told: /no secret URI/ },
  'a megabyte for a certificate': {
    databag: { 'secret-mtls': '', 'mtls-cert': megabyte },
    told: /no certificate/,
  },
  'forty thousand beginnings of a certificate': {
    databag: { 'secret-mtls': '', 'mtls-cert': '-----BEGIN CERTIFICATE-----\n'.repeat(35_000) },
    told: /no certificate/,
  },
  'four thousand keys': {
    databag: { ...Object.fromEntries(many(4_000).map((_, at) => [`key-${at}`, 'x'])), prefix: '' },
    told: /no key prefix/,
  },
  "the charm's own keys for a prefix": {
    databag: v1([{ resource: '\0etcd-charm/', 'mtls-cert': certificate }]),
    told: /control characters/,
  },
  'NUL for a prefix': {
    databag: v1([{ resource: '\0', 'mtls-cert': certificate }]),
    told: /control characters/,
  },
  'an empty resource': {
    databag: v1([{ resource: '', 'mtls-cert': certificate }]),
    told: /whole key space/,
  },
})

/** Characters in all that units and application keep with their peers. */
async function lengthKept(model: StoryModel): Promise<number> {
  const peers = (await model.relations('etcd')).find(({ endpoint }) => endpoint === 'etcd-peers')
  const bags: unknown[] = []
  for (const entity of ['etcd', ...(await model.units('etcd')).map(({ name }) => name)])
    bags.push([entity, await model.databag(peers?.id ?? -1, entity)])
  return JSON.stringify(bags).length
}

story(
  'no request is so long, so many or so odd that others feel it',
  {},
  async ({ model, step, whereShown }) => {
    const { web, mallory } = await deployIntruder(model)
    const client = await issueCertificate({ commonNames: ['mallory'] })
    const send = async (databag: Row['databag']): Promise<void> => {
      const whole = { version: '', requests: '', 'mtls-cert': '', ...databag }
      await model.configure('mallory', { given: client.certificate, databag: JSON.stringify(whole) })
      await model.settle()
    }
    /** Sent, and heard of twice; no hook fails for it, and etcd's cost no more than they may. */
    const hearOf = async (databag: Row['databag'], mostCalls = Number.POSITIVE_INFINITY): Promise<void> => {
      const runs = await runsDuring(model, async () => {
        await send(databag)
        await model.updateStatus()
      })
      await assertNoFailedHooks(model)
      await whereShown('journal', async () => {
        for (const run of runs) {
          assert.equal(run.exit, 0, `${run.unit} ${run.hook}: ${run.stderr}`)
          const calls = run.unit === 'etcd/0' ? run.calls.length : 0
          assert.ok(calls < mostCalls, `${calls} calls in ${run.hook}`)
        }
      })
    }

    for (const [name, { databag, told }] of Object.entries(rowsWith(client.certificate))) {
      await step(name, async () => {
        await hearOf(databag, 400)
        const answer = await model.databag(mallory, 'etcd')
        assert.match(answer.status ?? '', told)
        assert.ok((answer.status ?? '').length < 60_000, `${answer.status?.length} characters of status`)
        assert.deepEqual(await reachOf(model, client), [])
        assert.deepEqual((await lookAtEtcd(model)).users, ['root', 'web'])
        assert.ok((await lengthKept(model)) < 200_000)
        await assertServed(model, web, 'web')
      })
    }

    await step(
      'a hundred large certificates, then as many new ones: what is kept of them has an end',
      async () => {
        const sized = (round: number): readonly unknown[] =>
          Array.from({ length: 100 }, (_, at) => {
            const shape = soundShape(`m-${at}`)
            const padding = extension('1.2.3.4', Buffer.alloc(6_000, round))
            const { pem } = makeOddCertificate({
              ...shape,
              serial: Buffer.from([0x41, round, at]),
              extensions: [...shape.extensions, padding],
            })
            return { resource: '/mallory/', 'request-id': `r${at}`, 'mtls-cert': pem }
          })
        for (const round of [1, 2]) {
          await hearOf(v1(sized(round)))
          assert.match((await model.databag(mallory, 'etcd')).status ?? '', /"code":4009,/)
          const kept = await lengthKept(model)
          assert.ok(kept < 700_000, `${kept} characters in round ${round}`)
          await assertServed(model, web, 'web')
        }
      },
    )

    await step('who comes back to what one may ask for is served; so is who comes new', async () => {
      await send(v1(many(5_000)))
      await assertNewcomerServed(model, 'late')
      await send({})
      await model.updateStatus()
      assert.deepEqual(await reachOf(model, client), own)
    })

    await step('who goes with such a URI in the databag is gone, and no hook failed for it', async () => {
      await send({ 'secret-mtls': elsewhere })
      await model.removeRelation(mallory)
      await model.settle()
      await assertNoFailedHooks(model)
      assert.deepEqual((await lookAtEtcd(model)).users, ['late', 'root', 'web'])
      await assertServed(model, web, 'web')
    })
  },
)
