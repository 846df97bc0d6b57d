// What Juju 4.0 does across models that 3.6 does not, held against what a controller of 4.0.14 did (recordings/README.md).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Model, openAnotherModel, openModel } from './index.ts'
import { ask, packProbe, teach } from './probe.ts'
import { hooksSince, recordedCall, recordedHooks } from './recorded.ts'

const options = { etcd: process.env.ETCD_BIN_DIR ?? '', cache: process.env.EMULATOR_CACHE ?? '' }

interface Pair {
  readonly offering: Model
  readonly consuming: Model
  /** The relation's id on each side. */
  readonly there: number
  readonly here: number
}

/** `a` offers and has two units, `c` of another model consumes it as `far` and has two. */
async function relate(offering: Model, archive: string): Promise<Pair> {
  const consuming = openAnotherModel(offering, 'other')
  await offering.deploy('a', { archive, units: 2 })
  offering.unit('a/0').app.leader = 'a/0'
  await consuming.deploy('c', { archive, units: 2 })
  await offering.settle()
  return { offering, consuming, ...(await consume(offering, consuming, 'far')) }
}

async function consume(
  offering: Model,
  consuming: Model,
  saas: string,
): Promise<{ there: number; here: number }> {
  consuming.consume(offering.offer('a:out'), saas)
  const { id: here } = consuming.integrate('c:in', saas)
  await offering.settle()
  return { here, there: [...offering.tables.relations.values()].at(-1)?.id ?? -1 }
}

/** Recorded texts name other units and relations. */
const plain = (hooks: readonly string[]): readonly string[] =>
  hooks.map((row) => row.replace(/remote-\w+|far\d?/, 'far').replace(/\/\d+$/, '/n'))

test('row 2: a consumer that removes the offer goes in peace; the offering side hears of one unit, and never of the end', async () => {
  await using probe = await packProbe()
  await using model = await openModel({ ...options, seed: 3 })
  const { offering, consuming, there } = await relate(model, probe.archive)
  const [theirs, ours] = [consuming.tables.journal.length, offering.tables.journal.length]
  await ask(offering, 'a/0', [`relation-set -r ${there} --app k=v`])
  await teach(offering, 'a/0', 'out-relation-departed', ['true'])
  consuming.removeSaas('far')
  await offering.settle()
  assert.deepEqual(
    plain(hooksSince(consuming, 'c/0', theirs).slice(1)),
    plain(recordedHooks('remove-saas', 'c/0')),
  )
  const departed = offering.tables.journal.slice(ours).filter(({ hook }) => hook === 'out-relation-departed')
  assert.deepEqual(
    departed.filter(({ exit }) => exit !== 0).map(({ exit, stderr }) => [exit, stderr]),
    [['flush', 'relation not found']],
  )
  assert.deepEqual(
    departed
      .filter(({ exit }) => exit === 0)
      .map(({ unit }) => unit)
      .sort(),
    ['a/0', 'a/1'],
  )
  assert.ok(!offering.tables.journal.slice(ours).some(({ hook }) => hook.endsWith('-broken')))

  const of = (unit: string, line: string) => recordedCall('remove-saas', unit, line, 'out-relation-departed')
  const words = (unit: string): readonly string[] => [
    `relation-get -r ${there} - ${unit}`,
    `relation-get -r ${there} --app - a`,
    `network-get out -r ${there}`,
    'relation-ids out',
  ]
  const [own, app, network, ids] = await ask(offering, 'a/0', words('a/0'))
  assert.deepEqual(
    [own?.err, app?.err, network?.err],
    [
      of('a/3', 'relation-get --format json - a/3').err,
      of('a/3', 'relation-get --app --format json - a').err,
      of('a/3', 'network-get out -r $JUJU_RELATION_ID --format json').err,
    ],
  )
  assert.equal(ids?.out, `out:${there}\n`)
  const [, other] = await ask(offering, 'a/1', words('a/1'))
  assert.equal(other?.err, of('a/1', 'relation-get --app --format json - a').err)
  const [listed] = await ask(offering, 'a/0', [`relation-list -r ${there}`])
  assert.equal(listed?.code, 0)
  await teach(offering, 'a/0', 'act', [`relation-set -r ${there} --app lost=yes`])
  assert.equal((await offering.runAction('a/0', 'act')).status, 'failed')

  const second = await consume(offering, consuming, 'far2')
  const from = offering.tables.journal.length
  consuming.removeUnit('c/1')
  await offering.settle()
  assert.deepEqual(hooksSince(offering, 'a/0', from), recordedHooks('remove-unit, clean c/1', 'a/3'))
  consuming.removeRelation(second.here)
  await offering.settle()
  assert.equal(hooksSince(offering, 'a/0', from).at(-1), 'out-relation-broken')
})

test('rows 6 and 7: while a relation is suspended nobody reads over it; resumed, it is created anew', async () => {
  await using probe = await packProbe()
  for (const profile of ['3.6', '4.0'] as const) {
    await using model = await openModel({ ...options, profile })
    const { offering, consuming, there, here } = await relate(model, probe.archive)
    await ask(offering, 'a/0', [`relation-set -r ${there} --app k=v`])
    const [added] = await ask(offering, 'a/0', ['secret-add --label across key=one'])
    const uri = added?.out.trim() ?? ''
    await ask(offering, 'a/0', [`secret-grant ${uri} -r ${there}`])
    const read = async () => (await ask(consuming, 'c/0', [`secret-get ${uri} key`]))[0]
    assert.equal((await read())?.out, 'one\n')
    const suspendedAt = offering.tables.journal.length
    await teach(offering, 'a/0', 'out-relation-broken', ['relation-ids out'])
    offering.suspendRelation(there)
    await offering.settle()
    assert.deepEqual(plain(hooksSince(offering, 'a/0', suspendedAt)), plain(recordedHooks('suspend', 'a/3')))
    const recorded = recordedCall('suspend', 'c/0', 'secret-get "$(cat $F/x)" --format json')
    const refused = await read()
    if (profile === '4.0') assert.deepEqual([refused?.code, refused?.err], [recorded.code, recorded.err])
    else assert.equal(refused?.out, 'one\n')

    const [ours, theirs] = [offering.tables.journal.length, consuming.tables.journal.length]
    offering.resumeRelation(there)
    await offering.settle()
    const expected = (unit: string): readonly string[] =>
      plain(recordedHooks('resume', unit)).filter((row) => profile === '4.0' || !row.endsWith('-created'))
    assert.deepEqual(plain(hooksSince(consuming, 'c/0', theirs)), expected('c/0'))
    // There the consumer's application had written, too.
    assert.deepEqual(
      plain(hooksSince(offering, 'a/0', ours)),
      expected('a/3').filter((row) => row !== 'out-relation-changed'),
    )
    assert.equal((await read())?.out, 'one\n')
    assert.ok(consuming.tables.relations.has(here))
  }
})
