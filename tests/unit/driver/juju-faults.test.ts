// What a controller does to a story that is nobody's fault: a task that begins late, a unit that is just going, a step that failed.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import type { StoryModel } from '../../stories/driver/driver.ts'
import { openJujuCli } from '../../stories/driver/juju-cli.ts'
import { atRest } from '../../stories/driver/juju-model.ts'
import { noteUndos, type Undo, undoAll } from '../../stories/driver/undo.ts'
import { openModelWith } from './juju-model-with.ts'
import { openStandInJuju, outputOf } from './stand-in-juju.ts'

const m = ['-m', 'etcd-stories-x'] as const
const late = `Running operation 311 with 1 task
  - task 312 on unit-web-1

Waiting for task 312...
ERROR timed out waiting for results from: unit web/1
`

test('a task that juju gave up waiting for is asked for by its number (as 4.0.14 says it)', async () => {
  using juju = openStandInJuju('4.0')
  juju.answer('run', 'empty', 1, late)
  juju.answer('show-task', 'task')
  const { status, results } = await openModelWith().runAction('web/1', 'put')
  assert.deepEqual([status, results], ['completed', { value: 'one' }])
  assert.deepEqual(juju.calls().at(-1), ['show-task', ...m, '312', '--format=json', '--wait=5m'])
})

test('a task that never ends, and a unit that got none, are told in the words of juju', async () => {
  using juju = openStandInJuju('4.0')
  juju.answer('exec', 'empty', 1, late)
  juju.answer('show-task', 'task-running')
  const began = openModelWith().exec('web/1', ['true'])
  await assert.rejects(began, /juju exec on web\/1 is still running on web\/1: [\s\S]*timed out waiting/)
  juju.answer('exec', 'empty', 1, 'ERROR unit web/1 is not there')
  await assert.rejects(
    openModelWith().exec('web/1', ['true']),
    /failed with 1: ERROR unit web\/1 is not there/,
  )
})

for (const words of ['ERROR unit is dead', 'ERROR unit "etcd/0" not found'])
  test(`a unit that is just going has no relations any more, and the others have theirs: ${words}`, async () => {
    using juju = openStandInJuju('3.6')
    juju.answer('show-unit', 'show-unit-of-web')
    juju.refuse('show-unit', 'etcd/0', words)
    const model = openModelWith()
    assert.deepEqual(await model.relations('etcd'), [])
    assert.deepEqual(
      (await model.relations('web')).map(({ id }) => id),
      [3],
    )
    assert.equal((await model.databag(3, 'etcd')).version, '3.6.4')
    juju.refuse('show-unit', 'etcd/0', 'ERROR no controller')
    await assert.rejects(model.relations('etcd'), /show-unit etcd\/0 failed with 1: ERROR no controller/)
  })

test('where no unit of an application is left, the other end is asked for its databag (4.0)', async () => {
  using juju = openStandInJuju('4.0')
  juju.answer('show-unit', 'show-unit-of-web')
  juju.answer('exec', 'exec-relation-get')
  const model = openModelWith({ JUJU_PROFILE: '4.0' })
  assert.equal((await model.databag(3, 'etcd')).version, '3.6.4')
  assert.equal(juju.calls().at(-1)?.at(-1), 'relation-get -r etcd:3 --format=json --app - etcd')
})

const ended = `unit-web-1: 12:13:24 ERROR juju.worker.uniter.context cannot apply changes: context canceled
unit-web-1: 12:13:24 ERROR juju.worker.uniter.operation hook "etcd-relation-departed" (via hook dispatching script: dispatch) failed: context canceled
unit-web-1: 12:13:24 ERROR juju.worker.dependency "uniter" manifold worker returned unexpected error: refreshing storage details: context canceled
`
const own = `unit-web-1: 12:14:02 ERROR juju.worker.uniter.operation hook "etcd-relation-broken" (via hook dispatching script: dispatch) failed: exit status 1
`

const failed = outputOf('4.0', 'status').replace(
  /("web\/1": \{\s*"workload-status": \{\s*"current":) "active",\s*"message": "user web"/,
  '$1 "error", "message": "hook failed"',
)

test('a hook that Juju’s agent ended is resolved; one that the charm failed ends the waiting (4.0.14)', async (t) => {
  const told = t.mock.method(console, 'error', () => {})
  using juju = openStandInJuju('4.0')
  juju.say('status', failed)
  juju.say('debug-log', ended)
  juju.answerAfter('resolved', 'status', 'status')
  const probe = atRest(openJujuCli('etcd-stories-x'), 0)
  assert.match(String(await probe()), /is retried: web\/1: hook failed/)
  assert.ok(juju.calls().some(([command, , , unit]) => command === 'resolved' && unit === 'web/1'))
  assert.match(String(told.mock.calls[0]?.arguments[0]), /^web\/1: Juju's agent ended/)
  assert.equal(await probe(), undefined)

  juju.say('status', failed)
  juju.say('debug-log', ended + own)
  await assert.rejects(probe(), /a hook failed: web\/1: hook failed/)
})

test('what a step that failed did is taken back, the last first; what it removed itself is passed over', async (t) => {
  using juju = openStandInJuju('4.0')
  juju.answer('show-unit', 'empty')
  juju.answerAfter('integrate', 'show-unit', 'show-unit-of-web')
  const undos: Undo[] = []
  const model: StoryModel = noteUndos(openModelWith({ JUJU_PROFILE: '4.0' }), undos)
  await model.deploy('web', { charm: 'client', config: { prefix: '/a/' } })
  const before = undos.length
  await model.configure('web', { prefix: '/b/', request: 'v1' })
  await model.integrate('etcd:etcd-client', 'web:etcd')
  await model.suspendRelation(3)
  juju.refuse('remove-relation', 'etcd:etcd-client', 'ERROR relation not found')
  const told = t.mock.method(console, 'error', () => {})
  await undoAll(model, undos.splice(before))
  const undone = juju.calls().filter(([command]) => /resume|remove|config/.test(command ?? ''))
  assert.deepEqual(undone.slice(1), [
    ['resume-relation', ...m, '3'],
    ['remove-relation', ...m, 'etcd:etcd-client', 'web:etcd'],
    ['config', ...m, 'web', '--reset', 'request'],
    ['config', ...m, 'web', 'prefix=/a/'],
  ])
  assert.match(String(told.mock.calls[0]?.arguments[0]), /not taken back: integrate .*relation not found/)
  assert.deepEqual(
    undos.map(({ what }) => what),
    ['deploy web'],
  )
})

test('a hook tool prints, or fails with its words', async () => {
  using juju = openStandInJuju('4.0')
  const model = openModelWith()
  assert.equal(await model.hookTool('etcd/0', 'secret-set', 'cv0', 'mtls-cert=a word'), '3.6.4')
  assert.equal(juju.calls().at(-1)?.at(-1), "secret-set cv0 'mtls-cert=a word'")
  juju.answer('exec', 'exec-failed', 1)
  await assert.rejects(model.hookTool('etcd/0', 'secret-set'), /secret-set on etcd\/0 failed with 2/)
})

test('a value that is too long for one argument goes by a file, which does not stay', async () => {
  using juju = openStandInJuju('4.0')
  await openModelWith().configure('web', { databag: 'x'.repeat(200_000), prefix: '/a/' })
  const [, , , , long = '', short] = juju.calls().at(-1) ?? []
  assert.match(long, /^databag=@\//)
  assert.equal(short, 'prefix=/a/')
  assert.equal(existsSync(long.replace('databag=@', '')), false)
})
