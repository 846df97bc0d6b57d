// What an operator asks of units beside their hooks, held against what a controller of Juju 4.0.14 did (recordings/README.md): rows 21,
// 23 and 24. The code is the same in 3.6, but for what a controller says of it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answer } from '../stories/driver/front/commands.ts'
import { startRunning } from '../stories/driver/front/open-front.ts'
import { type Model, openModel } from './index.ts'
import { type Action, printResults } from './model/action.ts'
import { ask, endWith, makeFail, packProbe, teach } from './probe.ts'
import { type RecordedResult, recordedResults } from './recorded.ts'

const options = { etcd: process.env.ETCD_BIN_DIR ?? '', cache: process.env.EMULATOR_CACHE ?? '' }

const hooksOf = (model: Model, unit: string, from: number): readonly string[] =>
  model.tables.journal.slice(from).flatMap((run) => (run.unit === unit ? [run.hook] : []))

test('row 21: a unit in error does what an operator asks for, and then the hook that failed', async () => {
  await using probe = await packProbe()
  for (const profile of ['3.6', '4.0'] as const) {
    await using model = await openModel({ ...options, profile })
    await model.deploy('a', { archive: probe.archive })
    await model.settle()
    const from = model.tables.journal.length
    await teach(model, 'a/0', 'config-changed', ['is-leader'])
    await makeFail(model, 'a/0', 'config-changed', true)
    model.config('a', { title: 'y' })
    await model.runOne()
    assert.equal(model.unit('a/0').agent, 'error')
    const action = model.askAction('a/0', 'act')
    await model.runOne()
    assert.deepEqual([action.status, model.unit('a/0').agent], ['completed', 'error'])
    await makeFail(model, 'a/0', 'config-changed', false)
    const exec = await model.exec('a/0', 'echo exec in error')
    assert.deepEqual(hooksOf(model, 'a/0', from).slice(0, 4), [
      'config-changed',
      'act',
      'juju-exec',
      'config-changed',
    ])
    const [recorded] = recordedResults('action in error', 'a/0')
    assert.deepEqual([exec.status, printResults(exec)], [recorded?.status, recorded?.results])
    assert.equal(model.unit('a/0').agent, 'idle')
  }
})

test('row 23: juju exec is a hook’s context, and what it wants is committed although its command fails', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  await model.deploy('a', { archive: probe.archive, units: 2 })
  model.unit('a/0').app.leader = 'a/1'
  await model.settle()
  await model.exec('a/0', 'open-port 555; open-port 4000; status-set active')
  for (const { line, status, results } of recordedResults('exec', 'a/0')) {
    // Of that databag and those secrets the probe here has others.
    if (/^relation-get/.test(line)) continue
    const action = await model.exec('a/0', line)
    assert.equal(action.status, status, line)
    assert.deepEqual(plain(printResults(action)), plain(results), line)
  }
})

test('row 23: the program juju-exec of a machine runs lines in its unit’s context, but not within a hook', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  await model.deploy('a', { archive: probe.archive })
  await model.settle()
  const { host } = model.unit('a/0')
  const ran = host.run(['juju-exec', '-u', 'a/0', 'relation-ids peers; state-set x=1; echo no >&2; exit 7'])
  while (model.unit('a/0').commands.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  await model.settle()
  const { code, stdout, stderr } = await ran
  assert.deepEqual([code, stdout, stderr], [7, 'peers:0\n', 'no\n'])
  assert.equal(model.unit('a/0').state.x, '1')
  const [within] = await ask(model, 'a/0', ['/usr/bin/juju-exec a/0 true'])
  assert.equal(within?.code, 2)
  assert.match(
    within?.err ?? '',
    /^ERROR juju-exec cannot be called from within a hook, have context "a\/0-act-/,
  )
  const [other] = await Promise.all([host.run(['juju-exec', 'b/7', 'true']), model.settle()])
  assert.deepEqual([other.code, other.stderr], [1, 'ERROR unit "b/7" not found on this machine\n'])
})

interface Task {
  readonly lines: readonly string[]
  readonly code?: number
}

test('row 24: a commit that is refused is a failed action, with the cause in its results, and juju run exits 0', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  await model.deploy('a', { archive: probe.archive, units: 2 })
  model.unit('a/0').app.leader = 'a/0'
  await model.settle()
  await ask(model, 'a/0', ['secret-add --label of-app abc=x'])
  const [taken] = recordedResults('flush same label, second commit', 'a/2')
  const [unit] = recordedResults('flush unit-owned label equal to an app-owned', 'a/2')
  const [update, , remove] = recordedResults('b manages what is not its own', 'b/1')
  const [peers] = recordedResults('grant over peers', 'a/2')
  const uri = [...model.tables.secrets.keys()][0] ?? ''
  const rows: readonly (readonly [string, string, RecordedResult | undefined])[] = [
    ['a/0', 'secret-add --label of-app abc=again', taken],
    ['a/0', 'secret-add --owner unit --label of-app abc=again', unit],
    ['a/1', `secret-set ${uri} abc=y`, update],
    ['a/1', `secret-remove ${uri}`, remove],
    ['a/0', `secret-grant ${uri} -r 0`, peers],
  ]
  for (const [name, line, recorded] of rows) {
    const said = await juju(model, name, { lines: ['state-set lost=yes', line] })
    const { action } = said
    assert.deepEqual(
      [said.code, action.status, action.message],
      [recorded?.exit, recorded?.status, recorded?.message],
    )
    assert.deepEqual(plain(printResults(action)), plain(recorded?.results ?? {}))
    assert.equal(model.unit(name).state.lost, undefined)
  }
})

test('row 24: an action that says that it failed lets juju run exit with 0 in 4.0, and what it wanted is committed', async () => {
  await using probe = await packProbe()
  const [three, asked, again] = recordedResults('action outcomes', 'a/2')
  const rows: readonly (readonly [Task, RecordedResult | undefined])[] = [
    [{ lines: ['action-set a=1 b.c=2', 'state-set kept=no'], code: 3 }, three],
    [{ lines: ['action-set a=1', 'state-set kept=yes', 'action-fail "as asked"'] }, asked],
    [{ lines: ['action-set a=1 a.b=2', 'action-set x.y=1 x=2', 'action-fail', 'action-fail again'] }, again],
  ]
  for (const profile of ['3.6', '4.0'] as const) {
    await using model = await openModel({ ...options, profile })
    await model.deploy('a', { archive: probe.archive })
    await model.settle()
    for (const [task, recorded] of rows) {
      const { code, action } = await juju(model, 'a/0', task)
      assert.deepEqual([action.status, action.message], [recorded?.status, recorded?.message])
      assert.deepEqual(printResults(action), recorded?.results)
      if (profile === '4.0') assert.equal(code, recorded?.exit)
    }
    assert.equal(model.unit('a/0').state.kept, 'yes')
  }
})

/** The action as `juju run` has it run, and how juju itself exits. */
async function juju(
  model: Model,
  unit: string,
  { lines, code = 0 }: Task,
): Promise<{ code: number; action: Action }> {
  await teach(model, unit, 'act', lines)
  await endWith(model, unit, 'act', code)
  const running = startRunning(model)
  const controller = { models: new Map([['m', running]]), add: async () => {} }
  const said = await answer(controller, ['run', '-m', 'm', unit, 'act'])
  const action = model.unit(unit).actions.at(-1)
  assert.ok(action)
  return { code: said.code, action }
}

/** Numbers and names are others, long lines are not folded here, and of the environment the names count. */
function plain(results: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const words = (text: string): string =>
    text
      .replace(/"(?:s\d{18}0|d[0-9a-v]{18}0)"/g, '"<secret>"')
      .replace(/"[ab]\/\d"/g, '"<unit>"')
      .replace(/^s\d{19}\n/gm, '')
      .replace(/;\n {2}/g, '; ')
      .replace(/^(peers:|data\/)\d+$/gm, '$1n')
  const environment = (text: string): string =>
    /^PATH=/m.test(text)
      ? text
          .split('\n')
          .map((row) => row.replace(/=.*/, ''))
          .sort()
          .join('\n')
      : text
  return Object.fromEntries(
    Object.entries(results).map(([key, value]) => [
      key,
      typeof value === 'string' ? environment(words(value)) : value,
    ]),
  )
}
