import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failures, fingerprint, underWay } from '../../stories/driver/juju-at-rest.ts'
import {
  parseChangedOptions,
  parseModels,
  parseModelUuid,
  parseSecretContent,
  parseSecrets,
  parseStorage,
  parseStatus,
  parseTasks,
  parseUnits,
  showsBagOf,
  type Task,
} from '../../stories/driver/juju-json.ts'
import { actionOf, endOf } from '../../stories/driver/juju-tasks.ts'
import { outputOf } from './stand-in-juju.ts'

function taskIn(text: string): Task {
  const [[, task] = []] = parseTasks(text)
  assert.ok(task)
  return task
}

for (const profile of ['3.6', '4.0'] as const) {
  const text = (name: string): string => outputOf(profile, name)

  test(`Juju ${profile}: whose databag a unit is shown as the application's, and a unit's own is what it wrote`, () => {
    const seen = parseUnits(text('show-unit'))
    const seenByWeb = seen.find((row) => row.unit === 'web/1')
    assert.ok(seenByWeb)
    const owner = profile === '4.0' ? 'web' : 'etcd'
    assert.deepEqual(
      ['etcd', 'web'].filter((app) => showsBagOf(profile, seenByWeb, app)),
      [owner],
    )
    assert.equal(
      owner === 'etcd' ? seenByWeb.application.version : seenByWeb.application.prefix,
      owner === 'etcd' ? '3.6.4' : '/web/',
    )
    assert.equal(seenByWeb.own['ingress-address'], '10.1.0.11')
    const [peers] = seen.filter((row) => row.peers)
    assert.ok(peers && showsBagOf(profile, peers, 'etcd'))
    assert.deepEqual(
      seen.filter((row) => row.unit === 'etcd/0').map(({ id, endpoint, peers }) => [id, endpoint, peers]),
      [
        [0, 'etcd-peers', true],
        [3, 'etcd-client', false],
      ],
    )
  })

  test(`Juju ${profile}: secrets by id, with owner and label; the content is below Data`, () => {
    assert.deepEqual(parseSecrets(text('secrets'))[0], {
      id: 'd0vdtqnmp25c762e7j0g',
      owner: 'etcd',
      label: 'etcd-client.3.user',
      revision: 1,
    })
    assert.equal(parseSecrets(text('secrets'))[2]?.label, '')
    assert.deepEqual(parseSecretContent(text('show-secret')), {
      username: 'web',
      uris: 'https://10.1.0.10:2379',
    })
    assert.deepEqual(parseSecrets('{}'), [])
  })

  test(`Juju ${profile}: the storage that a unit has, not what another one left behind`, () => {
    assert.deepEqual(parseStorage(text('storage'), 'etcd/0'), ['data/0'])
    assert.deepEqual(parseStorage(text('storage'), 'etcd/1'), [])
    assert.deepEqual(parseStorage('', 'etcd/0'), [])
  })

  test(`Juju ${profile}: a task's results without what Juju adds, and why it failed`, () => {
    assert.deepEqual(actionOf(taskIn(text('run-completed'))), {
      status: 'completed',
      message: '',
      results: { value: 'one' },
    })
    const failed = actionOf(taskIn(text('run-failed')))
    assert.deepEqual([failed.status, failed.message], ['failed', 'etcdserver: permission denied'])
    const ended = (name: string) => endOf('etcd/0', taskIn(text(name)))
    assert.deepEqual(ended('exec'), { code: 0, stdout: '3.6.4\n', stderr: '' })
    assert.deepEqual(ended('exec-failed'), { code: 2, stdout: '', stderr: 'cat: no such file\n' })
    assert.deepEqual([parseTasks(''), parseTasks('{}')], [[], []])
  })

  test(`Juju ${profile}: models, their uuid, and the options that somebody set`, () => {
    assert.deepEqual(parseModels(text('models')), ['controller', 'etcd-stories-x'])
    assert.equal(parseModelUuid(text('show-model')), '6f0f1c52-6f43-4d6a-8b0c-2f8f6d8a3b11')
    assert.deepEqual(parseChangedOptions(text('config')), ['allow-full-keyspace'])
  })

  test(`Juju ${profile}: at rest is where every agent is idle, every machine started, and nothing leaves`, () => {
    const status = parseStatus(text('status'))
    assert.deepEqual(underWay(status), [])
    assert.deepEqual(failures(status), [])
    const etcd = status.applications.etcd
    const unit = etcd?.units?.['etcd/0']
    assert.ok(etcd && unit)
    const changed = (units: typeof etcd.units, life = 'alive') => ({
      ...status,
      applications: { ...status.applications, etcd: { ...etcd, units, life } },
    })
    const executing = changed({
      'etcd/0': { ...unit, 'juju-status': { current: 'executing', message: 'running start hook' } },
    })
    assert.deepEqual(underWay(executing), ['etcd/0 is executing, running start hook'])
    assert.notEqual(fingerprint(executing), fingerprint(status))
    assert.deepEqual(underWay(changed({}, 'dying')), ['etcd is being removed'])
    const failed = changed({
      'etcd/0': { ...unit, 'workload-status': { current: 'error', message: 'hook failed: "start"' } },
    })
    assert.deepEqual(failures(failed), ['etcd/0: hook failed: "start"'])
    const starting = { ...status, machines: { 0: { 'juju-status': { current: 'pending' } } } }
    assert.deepEqual(underWay(starting), ['machine 0 is pending'])
  })
}

test('Juju 4.0: a relation with another model is known by the name of the application that stands for it', () => {
  const relation = { 'relation-id': 1, endpoint: 'etcd-client', 'related-endpoint': 'etcd' }
  const across = {
    ...relation,
    'related-units': { 'remote-a38acfe7d6e4481f8051778df7d1b1e2/0': { data: {} } },
  }
  const within = { ...relation, 'related-units': { 'remote-control/0': { data: {} } } }
  const printed = (row: object): string => JSON.stringify({ 'etcd/0': { 'relation-info': [row] } })
  assert.deepEqual(
    [across, within].map((row) => parseUnits(printed(row)).map(({ crossModel }) => crossModel)),
    [[true], [false]],
  )
})
