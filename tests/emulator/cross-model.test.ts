// Golden tests of what Juju does across models: who is called what, whose secrets are read how, and what suspending means.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Model, openAnotherModel, openModel } from './index.ts'
import { ask, environmentOf, packProbe, printed, teach } from './probe.ts'

const options = { etcd: process.env.ETCD_BIN_DIR ?? '', cache: process.env.EMULATOR_CACHE ?? '' }

const hooksOf = (model: Model, unit: string): readonly string[] =>
  model.tables.journal.filter((run) => run.unit === unit).map((run) => run.hook)

interface Pair {
  readonly offering: Model
  readonly consuming: Model
  /** The relation's id on each side. */
  readonly there: number
  readonly here: number
  /** What the offering side calls the consumer. */
  readonly proxy: string
}

/** `a` offers, `b` of another model consumes it as `far`. */
async function relate(offering: Model, archive: string): Promise<Pair> {
  const consuming = openAnotherModel(offering, 'other')
  await offering.deploy('a', { archive })
  await consuming.deploy('b', { archive })
  await offering.settle()
  consuming.consume(offering.offer('a:out'), 'far')
  const { id: here } = consuming.integrate('b:in', 'far')
  const [relation] = [...offering.tables.relations.values()].filter(({ across }) => across)
  assert.ok(relation)
  const proxy = relation.ends.find(({ app }) => app !== 'a')?.app ?? ''
  return { offering, consuming, there: relation.id, here, proxy }
}

test('each side has names and ids of its own for the other, and both have the same databags', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  const { offering, consuming, there, here, proxy } = await relate(model, probe.archive)
  await offering.settle()
  assert.match(proxy, /^remote-[0-9a-f]{32}$/)
  assert.deepEqual(hooksOf(offering, 'a/0').slice(-3), [
    'out-relation-created',
    'out-relation-joined',
    'out-relation-changed',
  ])
  const remote = (await environmentOf(offering, 'a/0', 'out-relation-changed')).filter((row) =>
    row.startsWith('JUJU_REMOTE_'),
  )
  assert.deepEqual(remote, [`JUJU_REMOTE_APP=${proxy}`, `JUJU_REMOTE_UNIT=${proxy}/0`])
  await ask(offering, 'a/0', [`relation-set -r ${there} --app said=a`])
  await ask(consuming, 'b/0', [`relation-set -r ${here} said=b`])
  const fromA = await ask(offering, 'a/0', [
    `relation-list -r ${there} --app`,
    `relation-list -r ${there}`,
    `relation-get -r ${there} said ${proxy}/0`,
    `relation-model-get -r ${there} --format=json`,
    'goal-state --format=json',
  ])
  assert.deepEqual(
    fromA.map(({ out }) => out.replace(/\d{4}-[\d-]+ [\d:]+Z/g, '<time>')),
    [
      `${proxy}\n`,
      `${proxy}/0\n`,
      'b\n',
      `{"uuid":"${consuming.tables.uuid}"}\n`,
      // Of consumers 4.0 tells nothing there.
      '{"units":{"a/0":{"status":"unknown","since":"<time>"}},"relations":{}}\n',
    ],
  )
  const fromB = await ask(consuming, 'b/0', [
    `relation-list -r ${here} --app`,
    `relation-list -r ${here}`,
    `relation-get -r ${here} --app said far`,
    `relation-model-get -r ${here} --format=json`,
  ])
  assert.deepEqual(
    fromB.map(({ out }) => out),
    ['far\n', 'far/0\n', 'a\n', `{"uuid":"${offering.tables.uuid}"}\n`],
  )
  assert.equal(hooksOf(consuming, 'b/0').filter((hook) => hook === 'in-relation-changed').length, 2)

  offering.removeRelation(there)
  await offering.settle()
  assert.deepEqual(hooksOf(consuming, 'b/0').slice(-2), ['in-relation-departed', 'in-relation-broken'])
  assert.equal(consuming.tables.relations.has(here) || offering.tables.relations.has(there), false)
})

for (const profile of ['3.6', '4.0'] as const) {
  test(`secrets go from the offer to its consumer, and not back, on Juju ${profile}`, async () => {
    await using probe = await packProbe()
    await using model = await openModel({ ...options, profile })
    const { offering, consuming, there, here, proxy } = await relate(model, probe.archive)
    await offering.settle()
    const [added] = await ask(offering, 'a/0', ['secret-add --label l key=one'])
    const uri = added?.out.trim() ?? ''
    const id = uri.slice(-20)
    const [early] = await ask(consuming, 'b/0', [`secret-get ${uri}`])
    assert.match(early?.err ?? '', /permission denied|not allowed to read/)
    await ask(offering, 'a/0', [`secret-grant ${uri} -r ${there}`])
    const [short, long, label] = await ask(consuming, 'b/0', [
      `secret-get secret:${id}`,
      `secret-get ${uri} key --label own`,
      'secret-get --label own --format=json',
    ])
    assert.match(short?.err ?? '', /not found/)
    assert.deepEqual([long?.out, label?.out], ['one\n', '{"key":"one"}\n'])

    await teach(consuming, 'b/0', 'secret-changed', [
      'echo $JUJU_SECRET_ID $JUJU_SECRET_LABEL',
      'secret-get $JUJU_SECRET_ID key --refresh',
    ])
    await ask(offering, 'a/0', [`secret-set ${uri} key=two`])
    const [told, fresh] = await printed(consuming, 'b/0', 'secret-changed', 2)
    assert.deepEqual([told?.out, fresh?.out], [`secret://${offering.tables.uuid}/${id} own\n`, 'two\n'])
    const info = async (): Promise<string> =>
      (await ask(offering, 'a/0', ['secret-info-get --label l --format=json']))[0]?.out ?? ''
    assert.equal(new RegExp(`"target":"application-${proxy}"`).test(await info()), profile === '3.6')

    await teach(consuming, 'b/0', 'act', [
      `secret-grant $(secret-add --label mine key=v) -r ${here}`,
      `relation-set -r ${here} --app back=yes`,
    ])
    const given = await consuming.runAction('b/0', 'act')
    const refusal = 'sharing consumer secrets across a cross model relation not supported'
    assert.deepEqual(
      [given.status, given.output.stderr, consuming.databag(here, 'b')],
      profile === '3.6' ? ['failed', refusal, {}] : ['completed', '', { back: 'yes' }],
    )

    consuming.removeRelation(here)
    await consuming.settle()
    assert.doesNotMatch(await info(), /access/)
    const [late] = await ask(consuming, 'b/0', [`secret-get ${uri}`])
    assert.match(late?.err ?? '', /permission denied|not allowed to read/)
  })
}

test('a suspended relation breaks on both sides and lives on; resumed, it is joined and changed anew', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  const { offering, consuming, there, here } = await relate(model, probe.archive)
  await offering.settle()
  await ask(offering, 'a/0', [`relation-set -r ${there} --app kept=yes`])
  await ask(consuming, 'b/0', [`relation-set -r ${here} noted=yes`])
  await ask(offering, 'a/0', [`secret-grant $(secret-add --label l key=one) -r ${there}`])
  const since = (unit: string, of: Model, act: () => void): Promise<readonly string[]> => {
    const before = hooksOf(of, unit).length
    act()
    return offering.settle().then(() => hooksOf(of, unit).slice(before))
  }

  await teach(offering, 'a/0', 'out-relation-broken', [
    'echo "$JUJU_DEPARTING_UNIT"; relation-ids out --format=json',
    `relation-list -r ${there} --app`,
  ])
  assert.deepEqual(await since('a/0', offering, () => offering.suspendRelation(there)), [
    'out-relation-departed',
    'out-relation-broken',
  ])
  assert.deepEqual(hooksOf(consuming, 'b/0').slice(-2), ['in-relation-departed', 'in-relation-broken'])
  const [ids, app] = await printed(offering, 'a/0', 'out-relation-broken', 2)
  assert.deepEqual([ids?.out, app?.code], ['\n[]\n', 0])
  const [list, unknown] = await ask(offering, 'a/0', [
    'relation-ids out --format=json',
    `relation-get -r ${there} --app - a`,
  ])
  const granted = (): readonly number[] =>
    [...offering.tables.secrets.values()].flatMap(({ grants }) => [...grants.values()])
  assert.deepEqual(
    [list?.out, unknown?.code, unknown?.err],
    ['[]\n', 2, `ERROR invalid value "${there}" for option -r: relation not found\n`],
  )
  assert.deepEqual(granted(), [there])

  const resumed = await since('a/0', offering, () => offering.resumeRelation(there))
  assert.deepEqual(resumed, ['out-relation-created', 'out-relation-joined', 'out-relation-changed'])
  assert.deepEqual(hooksOf(consuming, 'b/0').slice(-4).sort(), [
    'in-relation-changed',
    'in-relation-changed',
    'in-relation-created',
    'in-relation-joined',
  ])
  assert.equal(consuming.databag(here, 'far').kept, 'yes')
  assert.equal(consuming.databag(here, 'b/0').noted, undefined)

  // One that is removed while it is suspended runs no further hook; what was granted over it is taken back.
  await since('a/0', offering, () => offering.suspendRelation(there))
  assert.deepEqual(await since('a/0', offering, () => offering.removeRelation(there)), [])
  assert.deepEqual(granted(), [])
})
