// The driver's command lines, and what it makes of the answers, by a stand-in for `juju`.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoryModel } from '../../stories/driver/driver.ts'
import { readJujuOptions } from '../../stories/driver/juju-options.ts'
import { openModelWith as open } from './juju-model-with.ts'
import { openStandInJuju, type StandInJuju } from './stand-in-juju.ts'

const m = ['-m', 'etcd-stories-x'] as const
/** Stories are not about renewals that wait, unless they say so. */
const atOnce = ['--config', 'client-restart-interval=0', '--config', 'allow-client-cas=true'] as const
const commands: Readonly<
  Record<
    string,
    readonly [act: (model: StoryModel) => Promise<unknown>, calls: readonly (readonly string[])[]]
  >
> = {
  'deploy of etcd': [
    (model) => model.deploy('etcd', { charm: 'etcd', units: 3, config: { 'log-level': 'warn' } }),
    [
      [
        'deploy',
        ...m,
        '/c/etcd.charm',
        'etcd',
        '--base=ubuntu@24.04',
        '--num-units=3',
        ...atOnce,
        '--config',
        'log-level=warn',
      ],
    ],
  ],
  'deploy with a resource': [
    (model) => model.deploy('etcd', { charm: 'etcd', resources: { etcd: '/r/etcd.tar.gz' } }),
    [
      [
        'deploy',
        ...m,
        '/c/etcd.charm',
        'etcd',
        '--base=ubuntu@24.04',
        ...atOnce,
        '--resource',
        'etcd=/r/etcd.tar.gz',
      ],
    ],
  ],
  'removal of an application': [
    (model) => model.removeApplication('web'),
    [['remove-application', ...m, '--no-prompt', '--destroy-storage', 'web']],
  ],
  'another unit': [(model) => model.addUnit('etcd', 2), [['add-unit', ...m, 'etcd', '--num-units=2']]],
  'removal of a unit': [
    (model) => model.removeUnit('etcd/0'),
    [['remove-unit', ...m, '--no-prompt', 'etcd/0']],
  ],
  configure: [
    (model) => model.configure('web', { prefix: '', request: 'v1' }),
    [['config', ...m, 'web', 'prefix=', 'request=v1']],
  ],
  refresh: [
    (model) => model.refresh('etcd', '/c/next.charm'),
    [['refresh', ...m, 'etcd', '--path', '/c/next.charm']],
  ],
  'another resource': [
    (model) => model.attachResource('etcd', 'etcd', '/r/etcd.tar.gz'),
    [['attach-resource', ...m, 'etcd', 'etcd=/r/etcd.tar.gz']],
  ],
  'removal of a relation by its id': [(model) => model.removeRelation(3), [['remove-relation', ...m, '3']]],
  'offer, consume, and their end': [
    async (model) => {
      const url = await model.offer('etcd:etcd-client')
      await model.consume(url, 'far-etcd')
      await model.removeSaas('far-etcd')
      await model.removeOffer(url)
    },
    [
      ['offer', 'etcd-stories-x.etcd:etcd-client', 'etcd'],
      ['consume', ...m, 'etcd-stories-x.etcd', 'far-etcd'],
      ['remove-saas', ...m, 'far-etcd'],
      ['remove-offer', 'etcd-stories-x.etcd', '--force', '--yes'],
    ],
  ],
  'a relation with another model, suspended and resumed': [
    async (model) => {
      await model.suspendRelation(7)
      await model.resumeRelation(7)
    },
    [
      ['suspend-relation', ...m, '7'],
      ['resume-relation', ...m, '7'],
    ],
  ],
  'an action, whose parameters keep their types': [
    (model) => model.runAction('web/leader', 'put', { key: '1', 'dry-run': true }),
    [['run', ...m, '--format=json', '--wait=5m', 'web/leader', 'put', 'key="1"', 'dry-run=true']],
  ],
  'a program on the unit, quoted for its shell': [
    (model) => model.exec('etcd/0', ['echo', "it's", '$HOME'], { ETCDCTL_KEY: '/k y' }),
    [
      [
        'exec',
        ...m,
        '--format=json',
        '--wait=5m',
        '--unit',
        'etcd/0',
        '--',
        `env 'ETCDCTL_KEY=/k y' echo 'it'\\''s' '$HOME'`,
      ],
    ],
  ],
}

for (const profile of ['3.6', '4.0'] as const) {
  for (const [name, [act, calls]] of Object.entries(commands)) {
    test(`Juju ${profile}: ${name}`, async () => {
      using juju = openStandInJuju(profile)
      await act(open({ JUJU_PROFILE: profile }))
      assert.deepEqual(juju.calls(), calls)
    })
  }

  test(`Juju ${profile}: what is seen`, async () => {
    using juju = openStandInJuju(profile)
    const model = open({ JUJU_PROFILE: profile })
    assert.deepEqual(await model.unit('etcd/leader'), {
      name: 'etcd/0',
      workload: { status: 'active', message: '' },
      leader: true,
      address: '10.1.0.10',
      ports: ['2379/tcp'],
    })
    assert.deepEqual(await model.application('web'), {
      status: { status: 'active', message: 'user web' },
      version: '',
    })
    assert.equal((await model.databag(3, 'etcd')).endpoints, '10.1.0.10:2379')
    assert.equal((await model.databag(3, 'web')).prefix, '/web/')
    assert.equal((await model.databag(3, 'web/1'))['ingress-address'], '10.1.0.11')
    assert.deepEqual(await model.databag(4, 'etcd'), {})
    await assert.rejects(model.unit('web/0'), /"web\/0" not found; web has web\/1/)
    await model.secretContent('secret://6f0f1c52-6f43-4d6a-8b0c-2f8f6d8a3b11/d0vdtqnmp25c762e7j0g')
    assert.deepEqual(lastCall(juju), [
      'show-secret',
      ...m,
      'd0vdtqnmp25c762e7j0g',
      '--reveal',
      '--format=json',
    ])
    await model.secretContent('secret://0f0f1c52-6f43-4d6a-8b0c-2f8f6d8a3b11/d0vdtqnmp25c762e7j0g')
    assert.deepEqual(lastCall(juju).slice(1, 3), ['-m', '0f0f1c52-6f43-4d6a-8b0c-2f8f6d8a3b11'])
    assert.deepEqual(await model.secretContent(''), {})
  })

  test(`Juju ${profile}: a failed action is an answer, a failed juju is an error`, async () => {
    using juju = openStandInJuju(profile)
    const model = open({ JUJU_PROFILE: profile })
    juju.answer('run', 'run-failed', 1)
    assert.equal((await model.runAction('web/1', 'put')).status, 'failed')
    juju.answer('exec', 'exec-failed', 1)
    assert.equal((await model.exec('etcd/0', ['cat'])).code, 2)
    juju.answer('exec', 'nothing', 1)
    await assert.rejects(model.exec('etcd/0', ['cat']), /juju exec on etcd\/0 failed with 1/)
    juju.answer('config', 'nothing', 1)
    await assert.rejects(model.configure('web', { prefix: 'a' }), /juju config -m .* failed with 1/)
  })
}

function lastCall(juju: StandInJuju): readonly string[] {
  return juju.calls().at(-1) ?? []
}

test('a new relation has the id that was not there before', async () => {
  using juju = openStandInJuju('4.0')
  juju.answer('show-unit', 'empty')
  juju.answerAfter('integrate', 'show-unit', 'show-unit-of-web')
  const model = open()
  assert.equal(await model.integrate('etcd:etcd-client', 'web:etcd'), 3)
  await model.removeRelation(3)
  assert.deepEqual(lastCall(juju), ['remove-relation', ...m, 'etcd:etcd-client', 'web:etcd'])
})

test('a relation that does not appear is an error that says what was awaited', async () => {
  using juju = openStandInJuju('4.0')
  const began = open().integrate('etcd:etcd-client', 'web:etcd')
  await assert.rejects(began, /waited .* for this: the relation etcd:etcd-client web:etcd is there/)
  assert.deepEqual(juju.calls().slice(0, 3), [
    ['status', ...m, '--format=json'],
    ['show-unit', ...m, '--format=json', '--endpoint', 'etcd', 'web/1'],
    ['integrate', ...m, 'etcd:etcd-client', 'web:etcd'],
  ])
})

test('update-status is run by dispatch, in the hook context of juju exec, and then the model rests', async () => {
  using juju = openStandInJuju('3.6')
  await open().updateStatus()
  const execs = juju.calls().filter(([command]) => command === 'exec')
  assert.deepEqual(
    execs.map((call) => call.slice(6)),
    [
      [
        'etcd/0,web/1',
        '--',
        'env JUJU_HOOK_NAME=update-status JUJU_DISPATCH_PATH=hooks/update-status ./dispatch',
      ],
    ],
  )
  assert.deepEqual(lastCall(juju), ['status', ...m, '--format=json'])
})

test('a condition that never holds ends with what is seen instead', async () => {
  using _ = openStandInJuju('3.6')
  const waits = open().until('web is gone', async () => false)
  await assert.rejects(waits, /for this: web is gone\. Instead: all are idle\. Look at: juju debug-log/)
})

test('options: a controller, a machine for the clients, a tarball for etcd', async () => {
  using juju = openStandInJuju('3.6')
  const model = open({ CONTROLLER: 'lxd', BASE: 'ubuntu@22.04', ETCD_RESOURCE: '/r/etcd.tar.gz' }, '7')
  await model.deploy('web', { charm: 'client' })
  await model.deploy('etcd', { charm: 'etcd' })
  await model.offer('etcd:etcd-client')
  const there = ['-m', 'lxd:etcd-stories-x']
  assert.deepEqual(juju.calls(), [
    ['deploy', ...there, '/c/web.charm', 'web', '--base=ubuntu@22.04', '--to=7'],
    [
      'deploy',
      ...there,
      '/c/etcd.charm',
      'etcd',
      '--base=ubuntu@22.04',
      ...atOnce,
      '--resource',
      'etcd=/r/etcd.tar.gz',
    ],
    ['offer', 'etcd-stories-x.etcd:etcd-client', 'etcd', '--controller', 'lxd'],
  ])
  assert.throws(() => readJujuOptions({ STORY_MODELS: 'x', JUJU_PROFILE: '2.9' }), /say 3.6 or 4.0/)
})
