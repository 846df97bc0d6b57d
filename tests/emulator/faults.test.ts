// Where Juju is less kind than a charm would like: relations that are gone and listed, secrets that are refused, labels, revisions and
// leadership, in the words of 3.6 (facts/juju.md) and of 4.0.14 as recorded.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Model, openAnotherModel, openModel } from './index.ts'
import { ask, environmentOf, packProbe, teach } from './probe.ts'
import { recordedCall } from './recorded.ts'

const options = { etcd: process.env.ETCD_BIN_DIR ?? '', cache: process.env.EMULATOR_CACHE ?? '' }
const hooksOf = (model: Model, unit: string): readonly string[] =>
  model.tables.journal.filter((run) => run.unit === unit).map((run) => run.hook)

async function relatePair(model: Model, archive: string): Promise<number> {
  await model.deploy('a', { archive, units: 2 })
  await model.deploy('b', { archive })
  const { id } = model.integrate('a:out', 'b:in')
  await model.settle()
  return id
}

async function refusalOf(model: Model, unit: string, ...lines: readonly string[]): Promise<string> {
  await teach(model, unit, 'act', lines)
  return (await model.runAction(unit, 'act')).output.stderr
}

async function errorsOf(model: Model, unit: string, lines: readonly string[]): Promise<readonly string[]> {
  return (await ask(model, unit, lines)).map(
    ({ code, err }) => `${code} ${err.replace(/^ERROR /, '').trim()}`,
  )
}

const gone = {
  '3.6': ['1 permission denied', '1 permission denied', '1 permission denied', '1 permission denied'],
  '4.0': [
    '1 getting regular relation by key: relation not found',
    '1 permission denied',
    '1 permission denied (unauthorized access)',
    '1 getting regular relation by key: relation not found',
  ],
} as const

for (const profile of ['3.6', '4.0'] as const) {
  test(`row 3: a relation that is gone is still listed, and every look at it is refused, on Juju ${profile}`, async () => {
    await using probe = await packProbe()
    await using model = await openModel({ ...options, profile })
    const id = await relatePair(model, probe.archive)
    const [add] = await ask(model, 'a/0', ['secret-add --label l key=one'])
    model.loseRelation(id)
    const [ids, units] = await ask(model, 'a/0', ['relation-ids out', `relation-list -r ${id}`])
    assert.deepEqual([ids?.out, units?.out], [`out:${id}\n`, 'b/0\n'])
    const looks = [`--app - b`, `- a/0`, `--app - a`, `- b/0`].map((of) => `relation-get -r ${id} ${of}`)
    assert.deepEqual(await errorsOf(model, 'a/0', looks), gone[profile])
    assert.deepEqual(await errorsOf(model, 'a/0', [`network-get out -r ${id}`]), [
      '1 permission denied (unauthorized access)',
    ])
    const text = profile === '3.6' ? 'permission denied' : 'relation not found'
    assert.equal(await refusalOf(model, 'a/0', `relation-set -r ${id} --app k=v`), text)
    assert.equal(
      await refusalOf(model, 'a/0', `secret-grant ${add?.out.trim()} -r ${id}`),
      'relation not found',
    )
    // The agents hear of it at last.
    model.removeRelation(id)
    await model.settle()
    assert.deepEqual(hooksOf(model, 'a/0').slice(-2), ['out-relation-departed', 'out-relation-broken'])
  })

  test(`rows 8, 9 and 19: who is refused a secret, and who follows, on Juju ${profile}`, async () => {
    await using probe = await packProbe()
    await using model = await openModel({ ...options, profile })
    const id = await relatePair(model, probe.archive)
    const [add] = await ask(model, 'a/0', ['secret-add --label l key=one'])
    const uri = add?.out.trim() ?? ''
    const [early] = await errorsOf(model, 'b/0', [`secret-get ${uri} --label later`])
    const old = profile === '3.6'
    assert.equal(early, old ? '1 permission denied' : '1 "b/0" is not allowed to read this secret')
    await ask(model, 'a/0', [`secret-set ${uri} key=two`])
    assert.equal(hooksOf(model, 'b/0').at(-1) === 'secret-changed', !old)
    await ask(model, 'a/0', [`secret-grant ${uri} -r ${id}`])
    const [label, plain] = await ask(model, 'b/0', ['secret-get --label later', `secret-get ${uri}`])
    assert.deepEqual([label?.out, plain?.out], old ? ['', 'key: two\n'] : ['key: one\n', 'key: one\n'])
    // A unit that does not lead renames nothing of its application's.
    const [named] = await errorsOf(model, 'a/1', [`secret-get ${uri} --label own`])
    assert.equal(named, old ? '0 ' : '1 lease not held')
    const taken = await refusalOf(model, 'a/1', 'secret-add --owner unit --label l key=three')
    assert.match(
      taken,
      old ? /^$/ : /^create secrets: creating secret "\w+": secret with label "l" already exists$/,
    )
  })

  test(`row 29: a revision that is gone can ${profile === '3.6' ? 'not ' : ''}be removed again on Juju ${profile}`, async () => {
    await using probe = await packProbe()
    await using model = await openModel({ ...options, profile })
    await model.deploy('a', { archive: probe.archive, units: 2 })
    await model.settle()
    const [add] = await ask(model, 'a/0', ['secret-add --label l key=one'])
    const uri = add?.out.trim() ?? ''
    await ask(model, 'a/0', [`secret-set ${uri} key=two`])
    await model.settle()
    const told = (unit: string): number =>
      hooksOf(model, unit).filter((hook) => hook === 'secret-remove').length
    assert.deepEqual([told('a/0'), told('a/1')], [1, 0])
    // A new leader is told again of what is still there.
    model.passLeadership('a', 'a/1')
    await model.settle()
    assert.deepEqual([told('a/0'), told('a/1')], [1, 1])
    assert.equal(await refusalOf(model, 'a/1', `secret-remove ${uri} --revision 1`), '')
    const again = await refusalOf(model, 'a/1', `secret-remove ${uri} --revision 1`)
    assert.equal(again, profile === '3.6' ? 'secret revision 1 not found' : '')
  })
}

test('until 3.6.9 the removal of revision 1 takes all that begin with a 1, the latest too', async () => {
  await using probe = await packProbe()
  await using model = await openModel({ ...options, profile: '3.6', version: '3.6.9' })
  await model.deploy('a', { archive: probe.archive })
  await model.settle()
  const [add] = await ask(model, 'a/0', ['secret-add --label l key=one'])
  const uri = add?.out.trim() ?? ''
  for (let revision = 2; revision <= 12; revision += 1)
    await ask(model, 'a/0', [`secret-set ${uri} key=v${revision}`])
  await ask(model, 'a/0', [`secret-remove ${uri} --revision 1`])
  assert.deepEqual(
    [...(model.tables.secrets.values().next().value?.revisions.keys() ?? [])],
    [2, 3, 4, 5, 6, 7, 8, 9],
  )
  assert.deepEqual(await errorsOf(model, 'a/0', [`secret-get ${uri} --peek`]), [
    '1 secret revision 12 not found',
  ])
  assert.equal(await refusalOf(model, 'a/0', `secret-set ${uri} key=new`), 'secret revision 12 not found')
  assert.ok((await environmentOf(model, 'a/0', 'start')).includes('JUJU_VERSION=3.6.9'))
})

test('leadership that is lost within a hook is refused by the tools, and at the commit', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  const id = await relatePair(model, probe.archive)
  model.killHooks((unit, tool) => {
    if (unit === 'a/0' && tool === 'relation-list') model.passLeadership('a', 'a/1')
    return false
  })
  const lost = await errorsOf(model, 'a/0', [
    'is-leader',
    `relation-list -r ${id}`,
    `relation-set -r ${id} --app k=v`,
    'secret-add key=one',
  ])
  assert.deepEqual(lost, ['0 ', '0 ', '1 cannot write relation settings', '1 this unit is not the leader'])
  model.passLeadership('a', 'a/0')
  await model.settle()
  const text = await refusalOf(model, 'a/0', `relation-set -r ${id} --app k=v`, `relation-list -r ${id}`)
  assert.equal(text, 'leadership was lost while the hook ran')
})

test('row 20: an owner is not shown whom in another model a secret was granted, the grant holds, and the consumer’s commits', async () => {
  await using probe = await packProbe()
  await using offering = await openModel(options)
  const consuming = openAnotherModel(offering, 'consumer')
  await offering.deploy('a', { archive: probe.archive })
  await consuming.deploy('b', { archive: probe.archive })
  await offering.settle()
  consuming.consume(offering.offer('a:out'), 'far')
  consuming.integrate('b:in', 'far:out')
  await offering.settle()
  const id = [...offering.tables.relations.values()].find(({ across }) => across)?.id ?? -1
  const [, , info, uri] = await ask(offering, 'a/0', [
    'secret-add --label l key=one >/uri',
    `secret-grant "$(cat /uri)" -r ${id}`,
    'secret-info-get --label l --format=json',
    'cat /uri',
  ])
  const shown = (text: string): string => text.replace(/^\{"\w+"/, '').replace(/"label":"\w+"/, '')
  const recorded = recordedCall('secret across', 'a/3', 'secret-info-get --label across --format json')
  assert.equal(shown(info?.out ?? ''), shown(recorded.out))
  const [read] = await ask(consuming, 'b/0', [`secret-get ${uri?.out.trim()}`])
  assert.equal(read?.out, 'key: one\n')
  const [mine] = await ask(consuming, 'b/0', ['secret-add --label back key=two'])
  const back = 'secret-grant "$(cat $F/back)" -r "$(relation-ids in)"'
  const given = await ask(consuming, 'b/0', [`secret-grant ${mine?.out.trim()} -r "$(relation-ids in)"`])
  assert.equal(given[0]?.code, recordedCall('consumer grants', 'c/0', back).code)
  assert.equal(consuming.unit('b/0').actions.at(-1)?.status, 'completed')
})

test('row 31: an option that is set to nothing is nothing in 3.6, and an empty text in 4.0', async () => {
  await using probe = await packProbe()
  const unset = '"empty":null,"level":null,"loud":null,"ratio":null'
  for (const profile of ['3.6', '4.0'] as const) {
    await using model = await openModel({ ...options, profile })
    await model.deploy('a', { archive: probe.archive, config: { title: '' } })
    await model.settle()
    const found = await ask(model, 'a/0', [
      'config-get title --format=json',
      'config-get --all --format=json',
    ])
    assert.deepEqual(
      found.map(({ out }) => out.trim()),
      profile === '3.6' ? ['null', `{${unset},"title":null}`] : ['""', `{${unset},"title":""}`],
    )
  }
})

test('whoever waits for a controller that is away waits no longer than its models are there', async () => {
  await using probe = await packProbe()
  const model = await openModel(options)
  await model.deploy('a', { archive: probe.archive })
  model.controller('away')
  const waiting = model.settle()
  await model[Symbol.asyncDispose]()
  assert.deepEqual(await waiting, [])
})
