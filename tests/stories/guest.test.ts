// On the emulator alone: a machine is made to be another unit's, as `juju deploy … --to` that unit's would make it.
// A unit on a machine where another one of this charm runs etcd: it says so, and none of its actions do anything to that etcd.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { parse } from 'yaml'
import { readFileSync } from 'node:fs'
import { workloadPaths } from '../../src/machine/workload.ts'
import { archives, etcdctl, openWorld } from './world.ts'

const advice = 'etcd/7 runs etcd on this machine; remove this unit and add it on another machine'
/** What an action that has required ones is given. */
const parameters: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'allow-client': { 'common-name': 'web' },
  'revoke-client': { 'common-name': 'web' },
  'revoke-client-credentials': { 'common-name': 'web' },
  'create-client-credentials': { 'common-name': 'web', prefix: '/web/' },
  'adopt-user': { 'common-name': 'web' },
  'delete-backup': { 'backup-id': 'x' },
  'verify-backup': { 'backup-id': 'x' },
}

test('a guest does nothing to the etcd of its host, whatever it is told', async () => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  await model.deploy('etcd', { archive: archives.etcd })
  await model.settle()
  const { host } = model.unit('etcd/0')
  const record = `${workloadPaths('snap').state}/unit`
  const script = 'echo etcd/7 >"$1"; mkdir -p /var/lib/juju/agents/unit-etcd-7'
  assert.equal((await host.run(['sh', '-c', script, 'sh', record])).code, 0)

  const revision = async () =>
    JSON.parse(await etcdctl(host, '-w', 'json', 'endpoint', 'status'))[0].Status.header
  const before = await revision()
  for (const name of Object.keys(parse(readFileSync('actions.yaml', 'utf8')))) {
    const { status, message, results } = await model.runAction('etcd/0', name, parameters[name] ?? {})
    if (name !== 'plan' && name !== 'status')
      assert.deepEqual([name, status, message], [name, 'failed', advice])
    else assert.match(JSON.stringify(results), new RegExp(advice.slice(0, 30)), name)
  }
  assert.deepEqual(await revision(), before)
  await model.updateStatus()
  assert.equal(model.unit('etcd/0').workload.message, advice)
})
