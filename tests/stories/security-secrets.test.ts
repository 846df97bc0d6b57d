// On the emulator alone: every process that a hook starts is recorded, and a hook is killed.
// Private keys stay where they are made: in files that etcd's user alone can read, and in Juju's secrets. Not in a databag, a log, a
// status, an action's result, nor on the command line or in the environment of any process that a hook starts.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertNoSecretsLeak, keyFilesOf, processesOf, unitsOf } from './leaks.ts'
import { watchProcesses } from './watch-processes.ts'
import { connectAs, deployPair, openWorld } from './world.ts'

const tls = '/var/snap/charmed-etcd/common/tls'

test('no private key is told to anybody, whatever a hook does', async (story) => {
  await using model = await openWorld()
  await watchProcesses(model)
  // The first hook that gives Juju a secret is killed there: what it had written for Juju to read must not stay.
  let killed = false
  model.killHooks((unit, tool) => {
    if (killed || unit !== 'etcd/0' || tool !== 'secret-add') return false
    killed = true
    return true
  })
  await deployPair(model)
  assert.ok(killed)
  await model.addUnit('etcd')
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  for (const certificate of ['private-key', 'good']) {
    model.config('web', { certificate })
    await model.settle()
    for (const action of ['plan', 'health', 'list-clients']) await model.runAction('etcd/0', action)
  }
  await model.updateStatus()
  const client = connectAs(model, id, 'web')
  await client.put('/web/a', '1')
  client.close()

  for (const { name, host } of unitsOf(model).filter((unit) => unit.app.name === 'etcd')) {
    await story.test(`on the machine of ${name} there are three keys, for etcd's user alone`, async () => {
      const files = ['admin', 'peer', 'server'].map((key) => `${tls}/${key}.key`)
      assert.deepEqual([...(await keyFilesOf(host))].sort(), files)
      const user = (await host.run(['sh', '-c', 'stat -c %U /proc/$(pgrep -o -x etcd)'])).stdout.trim()
      assert.notEqual(user, '')
      const rights = await host.run(['stat', '-c', '%a %U %n', ...files, tls])
      const rows = [...files.map((file) => `600 ${user} ${file}`), `700 ${user} ${tls}`]
      assert.deepEqual(rights.stdout.trim().split('\n'), rows)
    })

    await story.test(`on the machine of ${name} nothing is left of what Juju was given to read`, async () => {
      const { stdout } = await host.run(['find', '/', '-xdev', '-name', '.secret-*'])
      assert.equal(stdout, '')
    })
  }

  await story.test('hooks started processes, and all of them were watched', async () => {
    for (const unit of unitsOf(model)) {
      const programs = (await processesOf(unit)).map((line): unknown => Reflect.get(JSON.parse(line), 'file'))
      const wanted = unit.app.name === 'etcd' ? ['secret-add', 'relation-set', 'systemctl'] : ['secret-add']
      const names = programs.map((file) => String(file).split('/').at(-1) ?? '')
      for (const program of unit.name === 'etcd/1' ? ['relation-set'] : wanted)
        assert.ok(names.includes(program), `${unit.name} ran no ${program} but ${[...new Set(names)]}`)
    }
  })

  await story.test(
    'no private key is in databags, logs, statuses, results, command lines or environments',
    () => assertNoSecretsLeak(model),
  )

  await story.test('the client is granted its own two secrets, and nobody is granted the authorities', () => {
    const granted = [...model.tables.secrets.values()].filter((row) => row.owner === 'etcd')
    const readers = granted.map(({ label, grants }) => [label, [...grants.keys()].join()] as const)
    assert.equal(new Map(readers).get('etcd-authorities'), '')
    const web = readers.filter(([, to]) => to !== '').map(([label]) => label)
    assert.deepEqual(web.sort(), [`etcd-client.${id}.tls`, `etcd-client.${id}.user`])
  })
})
