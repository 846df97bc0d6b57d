// On the emulator alone: etcd is stopped and its port taken behind the charm's back.
// What only a hook finds, by acting, is in the action `status` as well: a port that is taken is no `active` there, and nothing that an
// invalid option leaves no room for in `juju status` is lost.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { archives, openWorld } from './world.ts'

const taken = /blocked, as the last hook told: port 2379 at \S+ is taken by another program; end it/

test('the action status tells what the last hook failed at, until a hook does not', async () => {
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  await model.deploy('etcd', { archive: archives.etcd })
  await model.settle()
  const { host } = model.unit('etcd/0')
  const screen = async (): Promise<string> => {
    const { status, results, message } = await model.runAction('etcd/0', 'status')
    assert.equal(status, 'completed', message)
    return String(results.status).replace(/\s+/g, ' ')
  }
  assert.match(await screen(), /: active; .* attention nothing/)

  await host.run(['systemctl', 'stop', 'snap.charmed-etcd.etcd.service'])
  const listen = 'my $t = IO::Socket::INET->new(LocalPort => 2379, Listen => 1, ReuseAddr => 1) or die; sleep'
  const other = host.spawn(['perl', '-MIO::Socket::INET', '-e', listen], { env: { PATH: '/usr/bin:/bin' } })
  const untilTaken =
    'for n in $(seq 300); do : 2>/dev/null </dev/tcp/127.0.0.1/2379 && exit; sleep 0.1; done; exit 1'
  assert.equal((await host.run(['bash', '-c', untilTaken])).code, 0)
  await model.updateStatus()
  assert.match(model.unit('etcd/0').workload.message, /port 2379 at \S+ is taken/)
  const down = await screen()
  assert.match(down, /etcd\/0, leader of etcd: blocked;/)
  assert.match(down, taken)

  await model.config('etcd', { 'heartbeat-interval': '5' })
  await model.settle()
  const both = await screen()
  assert.match(both, taken)
  assert.match(both, /blocked: option heartbeat-interval is invalid/)

  await model.config('etcd', { 'heartbeat-interval': '100' })
  other.kill()
  await other.ended
  await model.settle()
  await model.updateStatus()
  assert.match(await screen(), /: active; .* attention nothing/)
})
