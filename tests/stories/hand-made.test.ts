// On the emulator alone: commands are run on its machines as operators run them, behind the charm's back.
// What operators do by hand with etcdctl, systemctl and snap: what the charm answers for is as it was after the next hooks, what is theirs
// stays, and clients go on.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Host } from '../emulator/host/host.ts'
import { assertSound, heal } from './chaos/cluster.ts'
import { assertWrites, deployServed } from './chaos/units.ts'
import { adminEnvironment, etcdctl, openWorld } from './world.ts'

const service = 'snap.charmed-etcd.etcd.service'
const configuration = '/var/snap/charmed-etcd/current/etcd.conf.yml'
const ownId = '$(etcdctl endpoint status -w fields | sed -n \'s/"MemberID" : //p\' | xargs printf %x)'

const acts: Readonly<Record<string, string>> = {
  'access control is switched off': 'etcdctl auth disable',
  'a client’s user is deleted': 'etcdctl user delete web',
  'a client’s role is deleted': 'etcdctl role delete web',
  'a client gets all':
    'etcdctl role add all && etcdctl role grant-permission all --prefix=true readwrite "" && etcdctl user grant-role web all && etcdctl role delete all',
  'a client’s permission is taken back': 'etcdctl role revoke-permission web /web/ /web0',
  'the role that marks the charm’s users is deleted': 'etcdctl role delete etcd-charm-client',
  'a learner is added that never starts':
    'etcdctl member add stranger --learner --peer-urls=https://192.0.2.7:2380',
  'a member is removed': `etcdctl member remove ${ownId} || true`,
  'a member gets another address': `etcdctl member update ${ownId} --peer-urls=https://192.0.2.8:2380`,
  'the service is stopped and disabled': `systemctl disable --now ${service}`,
  'another configuration is put in force': `echo 'name: else' >${configuration}; systemctl restart ${service} || true`,
  'the hold of the snap is lifted': 'snap refresh --unhold charmed-etcd',
  'another revision of the snap is installed': 'snap refresh charmed-etcd --revision=7',
  'the snap is disabled': 'snap disable charmed-etcd',
  'the snap is removed, but for its storage, which is in use':
    'snap remove --purge charmed-etcd 2>&1 | grep -q busy',
}

/** As a shell of root has it after `get-admin-credentials`. */
async function byHand(host: Host, script: string): Promise<void> {
  const { code, stderr } = await host.spawn(['sh', '-c', script], { env: adminEnvironment(host) }).ended
  assert.equal(code, 0, stderr)
}

test('what is done by hand to what is the charm’s is undone', async (t) => {
  await using model = await openWorld()
  const web = await deployServed(model, 3)
  const { host } = model.unit('etcd/1')
  for (const [what, script] of Object.entries(acts))
    await t.test(what, async () => {
      await byHand(host, script)
      await heal(model)
      await heal(model)
      await assertWrites(model, web, '/web/a')
      await assertSound(model)
    })
  await t.test('a user and a role that are the operator’s stay', async () => {
    await byHand(
      host,
      'etcdctl user add me --no-password && etcdctl role add mine && etcdctl user grant-role me mine',
    )
    await heal(model)
    assert.match(await etcdctl(host, 'user', 'get', 'me'), /Roles: mine\n/)
    await byHand(host, 'etcdctl user delete me && etcdctl role delete mine')
    await assertSound(model)
  })
})
