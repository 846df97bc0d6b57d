// Rows of what a controller of Juju 4.0.14 does otherwise than one would think, each held against its recording (recordings/README.md);
// README.md has the table of all of them. What 3.6 does is by facts/juju.md.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printUnits } from '../stories/driver/front/print-model.ts'
import { startRunning } from '../stories/driver/front/open-front.ts'
import { type Model, openModel, type Profile } from './index.ts'
import { ask, packProbe, printed, teach } from './probe.ts'
import { recordedCall, recordedResults } from './recorded.ts'

const options = { etcd: process.env.ETCD_BIN_DIR ?? '', cache: process.env.EMULATOR_CACHE ?? '' }
const out = '-r "$(relation-ids out)"'
const lines = 'relation lines a/0 out'

/** a with two units, led by the second, and b with one, related. */
async function openRelated(archive: string, profile: Profile = '4.0'): Promise<Model> {
  const model = await openModel({ ...options, profile })
  await model.deploy('a', { archive, units: 2 })
  model.unit('a/0').app.leader = 'a/1'
  await model.deploy('b', { archive })
  for (const unit of ['a/0', 'a/1'])
    await teach(model, unit, 'out-relation-created', [
      `relation-set from=${unit}`,
      'if [ "$(is-leader)" = True ]; then relation-set --app app-from=a; fi',
    ])
  await teach(model, 'b/0', 'in-relation-created', ['relation-set --app app-from=b'])
  await teach(model, 'a/0', 'out-relation-created', ['relation-set from=a/0'])
  model.integrate('a:out', 'b:in')
  await model.settle()
  return model
}

test('row 13: relation-get without a remote unit is of the application', async () => {
  await using probe = await packProbe()
  for (const profile of ['3.6', '4.0'] as const) {
    await using model = await openRelated(probe.archive, profile)
    await teach(model, 'a/1', 'out-relation-broken', ['relation-get --format json'])
    model.removeRelation(2)
    await model.settle()
    const [got] = await printed(model, 'a/1', 'out-relation-broken', 1)
    const recorded = recordedCall(
      'remove leader unit a/2',
      'a/2',
      'relation-get --format json',
      'out-relation-broken',
    )
    if (profile === '4.0') assert.deepEqual([got?.code, got?.out], [recorded.code, recorded.out])
    else assert.equal(got?.code, 2)
  }
})

test('row 14: a unit that does not lead reads its own application’s databag', async () => {
  await using probe = await packProbe()
  for (const profile of ['3.6', '4.0'] as const) {
    await using model = await openRelated(probe.archive, profile)
    const line = `relation-get ${out} --app - a/0`
    const [got] = await ask(model, 'a/0', [line])
    // There the leader had written more.
    const recorded = recordedCall(lines, 'a/0', line)
    assert.match(recorded.out, /^(?:ak: "1"\n)?app-from: a\n$/)
    if (profile === '4.0') assert.deepEqual([got?.code, got?.out], [recorded.code, 'app-from: a\n'])
    else assert.deepEqual([got?.code, got?.err], [1, 'ERROR permission denied\n'])
  }
})

test('row 15: the addresses that a hook writes over its own are seen by nobody else', async () => {
  await using probe = await packProbe()
  for (const profile of ['3.6', '4.0'] as const) {
    await using model = await openRelated(probe.archive, profile)
    const [, own] = await ask(model, 'a/0', [
      `relation-set ${out} ingress-address=1.2.3.4 egress-subnets= own-key=1`,
      `relation-get ${out} ingress-address a/0`,
    ])
    assert.equal(own?.out, '1.2.3.4\n')
    const { address } = model.unit('a/0').host
    const bag = model.databag(2, 'a/0')
    assert.deepEqual(
      [bag['ingress-address'], bag['egress-subnets'], bag['own-key']],
      profile === '4.0' ? [address, `${address}/32`, '1'] : ['1.2.3.4', undefined, '1'],
    )
    const recorded = recordedCall(
      'relation lines a/0 peers',
      'a/2',
      `relation-get ${out} --format json - a/0`,
    )
    assert.match(recorded.out, /"ingress-address":"10\.0\.0\.6".*"own-key":"1"/)
  }
})

test('row 16: a unit that is not in the relation is not found', async () => {
  await using probe = await packProbe()
  for (const profile of ['3.6', '4.0'] as const) {
    await using model = await openRelated(probe.archive, profile)
    const peers = 'relation-get -r "$(relation-ids peers)" --format json - a/0'
    const [got] = await ask(model, 'b/0', [peers])
    const recorded = recordedCall('relation lines a/0 peers', 'b/1', peers)
    assert.deepEqual(
      [got?.code, got?.err],
      profile === '4.0' ? [recorded.code, recorded.err] : [1, 'ERROR permission denied\n'],
    )
  }
})

test('row 17: a secret that is granted to one unit is read by that one, and the last grant wins', async () => {
  await using probe = await packProbe()
  await using model = await openRelated(probe.archive)
  await model.addUnit('b')
  await model.settle()
  const [add] = await ask(model, 'a/1', ['secret-add --label fu abc=1'])
  const uri = add?.out.trim() ?? ''
  const [all, one] = await ask(model, 'a/1', [
    `secret-grant ${uri} ${out}`,
    `secret-grant ${uri} ${out} --unit b/0`,
  ])
  const line = 'secret-grant "$(cat $F/fu)" -r "$(relation-ids out)"'
  const recorded = recordedCall('unit grant', 'a/2', line)
  const [read] = await ask(model, 'b/0', [`secret-get ${uri}`])
  assert.equal(read?.out, 'abc: "1"\n')
  const [denied] = await ask(model, 'b/1', [`secret-get ${uri}`])
  assert.equal(denied?.err, 'ERROR "b/1" is not allowed to read this secret\n')
  assert.deepEqual([all?.code, one?.code, recorded.code], [0, 0, 1])
  const [refused] = await ask(model, 'a/1', [line.replace('"$(cat $F/fu)"', uri)])
  assert.equal(refused?.err, recorded.err)
})

test('row 18: one secret is granted to an application over one relation, and over a second one when that has gone', async () => {
  await using probe = await packProbe()
  await using model = await openRelated(probe.archive)
  model.integrate('b:out', 'a:in')
  await model.settle()
  const [add] = await ask(model, 'a/1', ['secret-add --label fu abc=1'])
  await ask(model, 'a/1', [`secret-grant ${add?.out.trim()} ${out}`])
  await teach(model, 'a/1', 'act', [`secret-grant ${add?.out.trim()} -r "$(relation-ids in)"`])
  const action = await model.runAction('a/1', 'act')
  const [recorded] = recordedResults('one secret, two relations', 'a/2')
  const text = (stderr: unknown): string => String(stderr).replace(/for .* on ".*"$/, '')
  assert.deepEqual(
    [action.status, text(action.output.stderr)],
    [recorded?.status, text(recorded?.results.stderr)],
  )
})

test('row 25: goal-state has relations, true statuses and since when', async () => {
  await using probe = await packProbe()
  await using model = await openRelated(probe.archive)
  await ask(model, 'a/0', ['status-set blocked "said"'])
  const [got] = await ask(model, 'a/1', ['goal-state --format json'])
  const shape = (text: string): string =>
    text.replace(/"since":"[^"]*"/g, '"since":"<time>"').replace(/"a\/[23]":\{[^}]*\},?/g, '')
  const recorded = recordedCall('after it is gone', 'b/1', 'goal-state --format json')
  assert.match(recorded.out, /^\{"units":\{"b\/0":\{"status":"unknown","since":"<time>"\}/)
  const { units, relations } = JSON.parse(shape(got?.out ?? ''))
  const unknown = { status: 'unknown', since: '<time>' }
  assert.deepEqual(units, { 'a/0': { status: 'blocked', since: '<time>' }, 'a/1': unknown })
  assert.deepEqual(relations, { out: { b: { status: 'joined', since: '<time>' }, 'b/0': unknown } })
})

test('row 26: what the agent says around a charm that says nothing, and status-get as it was read first', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  await model.deploy('a', { archive: probe.archive })
  const at = (): string => {
    const { status, message } = model.unit('a/0').workload
    return `${status} ${message}`.trim()
  }
  const seen = new Map<string, string>()
  for (let run = await model.runOne(); run; run = await model.runOne()) seen.set(run.hook, at())
  assert.equal(seen.get('install'), 'maintenance installing charm software')
  assert.equal(seen.get('start'), 'unknown')
  const twice = await ask(model, 'a/0', ['status-get', 'status-set active', 'status-get'])
  assert.deepEqual(
    twice.map((row) => row.out),
    ['unknown\n', '', 'unknown\n'],
  )
  assert.equal(at(), 'active')
  model.removeUnit('a/0')
  const last = new Map<string, string>()
  const unit = model.unit('a/0')
  for (let run = await model.runOne(); run; run = await model.runOne())
    last.set(run.hook, `${unit.workload.status} ${unit.workload.message}`.trim())
  assert.deepEqual(
    [last.get('stop'), last.get('remove')],
    ['maintenance', 'maintenance cleaning up prior to charm deletion'],
  )
})

test('row 30: content that is set twice in one hook is one revision', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  await model.deploy('a', { archive: probe.archive })
  await model.settle()
  const info = 'secret-info-get --label of-app --format json'
  await ask(model, 'a/0', ['secret-add --label of-app abc=v >/uri'])
  const [, , within] = await ask(model, 'a/0', [
    'secret-set "$(cat /uri)" abc=w1',
    'secret-set "$(cat /uri)" abc=w2 def=z',
    info,
  ])
  const peek = 'secret-get --label of-app --peek --format json'
  const [after, content] = await ask(model, 'a/0', [info, peek])
  const revision = (text: string | undefined): number => Number(/"revision":(\d+)/.exec(text ?? '')?.[1])
  assert.deepEqual([revision(within?.out), revision(after?.out)], [1, 2])
  assert.equal(content?.out, recordedCall('set many in one', 'a/2', peek).out)
})

test('row 33: state that a hook writes it reads, within limits', async () => {
  await using probe = await packProbe()
  for (const profile of ['3.6', '4.0'] as const) {
    await using model = await openModel({ ...options, profile })
    await model.deploy('a', { archive: probe.archive })
    await model.settle()
    const [, own, large, long] = await ask(model, 'a/0', [
      'state-set k=v',
      'state-get k',
      'head -c 65537 /dev/zero | tr "\\0" x | sed "s/^/big: /" | state-set --file -',
      'state-set "$(head -c 257 /dev/zero | tr "\\0" k)=v"',
    ])
    assert.equal(own?.out, 'v\n')
    assert.deepEqual(
      [large?.err, long?.err],
      [
        'ERROR max allowed value length (65536): quota limit exceeded\n',
        'ERROR max allowed key length (256): quota limit exceeded\n',
      ],
    )
  }
})

test('row 35: juju show-unit shows the databag of the unit’s own application, where 3.6 shows the other end’s', async () => {
  await using probe = await packProbe()
  for (const profile of ['3.6', '4.0'] as const) {
    await using model = await openRelated(probe.archive, profile)
    const text = JSON.stringify(printUnits(startRunning(model), ['a/0'], 'out'))
    assert.match(
      text,
      profile === '4.0' ? /"application-data":\{"app-from":"a"\}/ : /"application-data":\{"app-from":"b"\}/,
    )
  }
})
