// How stories share a model, and how they get one of their own.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openJujuDriver } from '../../stories/driver/juju-driver.ts'
import { readJujuOptions } from '../../stories/driver/juju-options.ts'
import { openStandInJuju } from './stand-in-juju.ts'

Object.assign(process.env, { ETCD_CHARM: '/c/etcd.charm', CLIENT_CHARM: '/c/web.charm' })

const config = [
  '--no-switch',
  '--config=automatically-retry-hooks=false',
  '--config=update-status-hook-interval=60m',
  '--config=logging-config=<root>=INFO;unit=DEBUG',
]

function driverWith(env: Record<string, string> = {}) {
  const options = readJujuOptions({ STORY_MODELS: 'etcd-stories-x', JUJU_PROFILE: '4.0', ...env })
  return openJujuDriver({ ...options, deadlineMs: 50, quietMs: 0, everyMs: 1 })
}

test('the shared model keeps etcd, with its options as they were, and loses its clients', async () => {
  using juju = openStandInJuju('4.0')
  {
    await using model = await driverWith({ APART: '1' }).open({ profile: '4.0', own: false })
    await model.deploy('etcd', { charm: 'etcd' })
    await assert.rejects(model.deploy('etcd', { charm: 'etcd', units: 3 }), /says ownModel/)
    await model.deploy('web', { charm: 'client' })
  }
  const told = juju.calls().filter(([command]) => !['status', 'exec'].includes(command ?? ''))
  const m = ['-m', 'etcd-stories-x']
  assert.deepEqual(told, [
    ['models', '--format=json'],
    ['deploy', ...m, '/c/web.charm', 'web', '--base=ubuntu@24.04'],
    ['remove-application', ...m, '--no-prompt', '--destroy-storage', 'web'],
    ['config', ...m, '--format=json', 'etcd'],
    ['config', ...m, 'etcd', '--reset', 'allow-full-keyspace'],
    ['config', ...m, 'etcd', 'client-restart-interval=0', 'allow-client-cas=true'],
  ])
  // Nothing is asked of units that are going: first the model is looked at until they have gone.
  const names = juju.calls().map(([command]) => command)
  const removed = names.indexOf('remove-application')
  assert.ok(names.slice(removed, names.indexOf('config', removed)).includes('status'))
})

test('a model of one’s own is added, and destroyed with its storage', async () => {
  using juju = openStandInJuju('4.0')
  {
    await using _ = await driverWith({ CONTROLLER: 'lxd', CLOUD: 'localhost' }).open({
      profile: '4.0',
      own: true,
    })
  }
  const name = `etcd-stories-x-${process.pid}-1`
  assert.deepEqual(juju.calls(), [
    ['add-model', name, 'localhost', '--controller', 'lxd', ...config],
    ['destroy-model', `lxd:${name}`, '--no-prompt', '--destroy-storage', '--force', '--no-wait'],
  ])
})

test('the shared model is added when it is not there, and given up when it does not come to rest', async (t) => {
  using juju = openStandInJuju('4.0')
  juju.answer('models', 'models')
  const told = t.mock.method(console, 'error', () => {})
  {
    await using _ = await driverWith({ STORY_MODELS: 'etcd-stories-y' }).open({ profile: '4.0', own: false })
    juju.answer('exec', 'exec-failed', 1)
  }
  const commands = juju.calls().map(([command, model]) => `${command} ${model}`)
  assert.ok(commands.includes('add-model etcd-stories-y'))
  assert.equal(commands.at(-1), 'destroy-model etcd-stories-y')
  assert.match(String(told.mock.calls[0]?.arguments[0]), /etcd-stories-y is destroyed, since .*update-status/)
})

test('clients share a machine that an anchor keeps', async () => {
  using juju = openStandInJuju('4.0')
  juju.answerAfter('deploy', 'status', 'status-with-anchor')
  const model = await driverWith().open({ profile: '4.0', own: false })
  await model.deploy('web', { charm: 'client' })
  const deploys = juju.calls().filter(([command]) => command === 'deploy')
  assert.deepEqual(
    deploys.map((call) => call.slice(4)),
    [
      ['anchor', '--base=ubuntu@24.04', '--config', 'request=none'],
      ['web', '--base=ubuntu@24.04', '--to=2'],
    ],
  )
})

test('what a controller can’t give is told, and a second model it can', () => {
  const driver = driverWith()
  for (const need of [
    'journal',
    'faults',
    'virtual-time',
    'one-hook-at-a-time',
    'standstill',
    'ghost-clients',
  ] as const)
    assert.match(driver.lacks(need) ?? '', /\w/, need)
  assert.equal(driver.lacks('cross-model'), undefined)
})
