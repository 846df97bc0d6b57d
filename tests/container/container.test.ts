// The packed archive on a machine of its own: a system container with a real systemd, a real network and a real reboot, without a
// snap store and without a way to the internet. Each test goes on where the one before has left the machine.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Unit } from '../emulator/index.ts'
import { archives, connectAs } from '../stories/world.ts'
import { ask, type Machines, openMachines } from './machine.ts'

let machines: Machines
before(async () => {
  machines = await openMachines()
  await machines.model.deploy('etcd', { archive: archives.etcd })
  await machines.model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await machines.model.settle()
})
after(() => machines[Symbol.asyncDispose]())

const service = 'etcd-charm.service'
const data = '/var/snap/charmed-etcd/common/var/lib/etcd'

const here = (...argv: readonly string[]): Promise<string> => ask(machines.machine, ...argv)
const etcd = (): Unit => machines.model.unit('etcd/0')
/** The first thing to do; what follows from the same lack is only counted. */
const statusOf = ({ workload } = etcd()): string =>
  `${workload.status}: ${workload.message.replace(/^.* In full: /, '')}`.replace(
    /: $| \(\+\d+ more: run status\)$/,
    '',
  )
const pidOf = (unit: string): Promise<string> => here('systemctl', 'show', '-P', 'MainPID', unit)

async function openFilesOf(pid: string): Promise<number> {
  const limits = await here('cat', `/proc/${pid}/limits`)
  return Number(/^Max open files +\d+ +(\d+)/m.exec(limits)?.[1])
}

async function put(key: string, value: string): Promise<void> {
  const { status, message } = await machines.model.runAction('web/0', 'put', { key, value })
  assert.equal(status, 'completed', message)
}

/** As a client would: again, while a member is still on its way up. */
async function get(key: string): Promise<string | null> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await getOnce(key)
    } catch (error) {
      if (tries === 20) throw error
    }
  }
}

async function getOnce(key: string): Promise<string | null> {
  const relation = [...machines.model.tables.relations.values()].find((row) => row.ends.length === 2)
  const client = connectAs(machines.model, relation?.id ?? -1, 'web')
  try {
    return await client.get(key)
  } finally {
    client.close()
  }
}

test('a machine without snap and without a tarball is told what it lacks', () => {
  const advice = 'install snapd, or attach a release tarball as resource etcd'
  assert.equal(statusOf(), `blocked: snap is not on this machine; ${advice}`)
})

test('it installs etcd from the tarball alone, as a service that systemd runs and starts with the machine', async () => {
  machines.model.attachResource('etcd', 'etcd', machines.tarball)
  await machines.model.settle()
  assert.equal(statusOf(), 'active')
  assert.equal(await here('ip', 'route', 'show', 'default'), '', 'it could have fetched something')
  assert.deepEqual([...etcd().ports], ['2379/tcp'])
  assert.match(etcd().app.version, /^3\.\d+\.\d+/)
  assert.equal(await here('systemctl', 'is-active', service), 'active')
  assert.equal(await here('systemctl', 'is-enabled', service), 'enabled')
  assert.equal(await here('systemctl', 'list-units', '--failed', '--plain', '--no-legend'), '')
})

test('etcd runs as a user of its own who may do next to nothing, and owns what etcd reads and writes', async (t) => {
  const status = await here('cat', `/proc/${await pidOf(service)}/status`)
  const uid = await here('id', '-u', 'etcd')
  assert.match(status, new RegExp(`^Uid:\\t${uid}\\t${uid}\\t${uid}\\t${uid}$`, 'm'))
  assert.match(status, /^CapBnd:\t0+$/m)
  assert.match(status, /^NoNewPrivs:\t1$/m)
  assert.match(status, /^Seccomp:\t2$/m)
  // A container can't go beyond what its machine gave it.
  assert.equal(await openFilesOf(await pidOf(service)), Math.min(65536, await openFilesOf('1')))
  const analysis = await here('systemd-analyze', 'security', '--no-pager', service)
  const [, exposure = '10'] = /Overall exposure level for \S+: ([\d.]+)/.exec(analysis) ?? []
  t.diagnostic(`systemd-analyze security: exposure level ${exposure} of 10`)
  assert.ok(Number(exposure) < 2, analysis)
  for (const folder of [data, '/etc/etcd-charm/tls', '/etc/etcd-charm/etcd.conf.yml'])
    assert.equal(
      await here(
        'sh',
        '-ec',
        `find ${folder} -name etcd-charm.json -o ! -user etcd -print -o -perm /077 -print`,
      ),
      '',
      folder,
    )
})

test('it serves a client on another machine', async () => {
  machines.model.integrate('etcd:etcd-client', 'web:etcd')
  await machines.model.settle()
  assert.equal(statusOf(), 'active')
  await put('/web/a', 'before the reboot')
})

test('after a reboot with another address, start alone is enough: the data is there, and the client learns where', async () => {
  const { model, machine } = machines
  await machine.readdress(machine.address.replace(/\d+$/, '200'))
  await model.reboot('etcd/0')
  const runs = await model.settle()
  const [first] = runs.filter((run) => run.unit === 'etcd/0')
  assert.equal(first?.hook, 'start')
  assert.equal(statusOf(), 'active')
  assert.equal(await get('/web/a'), 'before the reboot')
  await put('/web/b', 'after the reboot')
})

test('after a reboot with the address of before, etcd is back without the charm', async () => {
  const { model, machine } = machines
  await model.reboot('etcd/0')
  for (let tries = 0; (await machine.run(['systemctl', 'is-active', service])).code !== 0; tries += 1) {
    assert.ok(tries < 900, 'systemd does not start it')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const before = await pidOf(service)
  await model.settle()
  assert.equal(await pidOf(service), before)
  assert.equal(await get('/web/b'), 'after the reboot')
})

test('storage that is mounted late: systemd starts nothing on the folder below, and etcd by itself as soon as it is there', async () => {
  const { model, machine } = machines
  await model.reboot('etcd/0', { storageLate: true })
  // Several of its attempts.
  await new Promise((resolve) => setTimeout(resolve, 4000))
  assert.match(await here('journalctl', '-b', '-u', service, '--no-pager'), /Failed with result/)
  assert.equal((await machine.run(['pgrep', '-x', 'etcd'])).stdout, '')
  assert.equal(await here('find', data, '-mindepth', '1'), '')
  await model.mountStorage('etcd/0')
  for (let tries = 0; (await machine.run(['pgrep', '-x', 'etcd'])).code !== 0; tries += 1) {
    assert.ok(tries < 300, 'systemd does not start it')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await model.settle()
  // No hook waits for the election of an etcd that systemd started; the next one finds it over.
  for (let tries = 0; statusOf() !== 'active' && tries < 30; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    await model.updateStatus()
  }
  assert.equal(statusOf(), 'active')
  assert.equal(await get('/web/b'), 'after the reboot')
})

test('unattended upgrades restart what uses a library that was replaced, and leave etcd alone', async () => {
  const bystander = 'systemd-networkd.service'
  const before = [await pidOf(service), await pidOf(bystander)]
  await here('sh', '-ec', 'cd /usr/lib/*-linux-gnu; cp -a libc.so.6 new; mv new libc.so.6')
  await here('needrestart', '-q', '-r', 'a', '-l')
  const [etcdNow, bystanderNow] = [await pidOf(service), await pidOf(bystander)]
  assert.notEqual(bystanderNow, before[1], 'needrestart restarts nothing here: this shows nothing')
  assert.equal(etcdNow, before[0])
})

test('a port that another charm took is said in the status, and etcd starts when it is free', async () => {
  await here('systemctl', 'stop', service)
  // Connections that have just ended keep the port from whoever does not ask to reuse it.
  const listen = `my $taken = IO::Socket::INET->new(LocalPort => 2379, Listen => 1, ReuseAddr => 1) or die; sleep`
  await here('systemd-run', '--quiet', '--unit=other', 'perl', '-MIO::Socket::INET', '-e', listen)
  const untilTaken =
    'for n in $(seq 300); do : 2>/dev/null </dev/tcp/127.0.0.1/2379 && exit; sleep 0.1; done; exit 1'
  await here('bash', '-c', untilTaken)
  await machines.model.updateStatus()
  const what = `port 2379 at ${machines.machine.address} is taken by another program`
  assert.equal(statusOf(), `blocked: ${what}; end it, or give this unit a machine of its own`)
  await here('systemctl', 'stop', 'other.service')
  await machines.model.updateStatus()
  assert.equal(statusOf(), 'active')
})

test('a second unit on the machine says so, and neither it nor its end disturbs the first', async () => {
  const { model } = machines
  const before = await pidOf(service)
  await model.deploy('etcd-two', { archive: archives.etcd, resources: { etcd: machines.tarball } })
  await model.settle()
  const advice = 'etcd/0 runs etcd on this machine; remove this unit and add it on another machine'
  assert.equal(statusOf(model.unit('etcd-two/0')), `blocked: ${advice}`)
  const { status, message } = await model.runAction('etcd-two/0', 'compact')
  assert.deepEqual([status, message], ['failed', advice])
  model.removeApplication('etcd-two')
  await model.settle()
  await model.updateStatus()
  assert.equal(statusOf(), 'active')
  assert.equal(await pidOf(service), before)
})

test('removed, it leaves nothing but the data on its storage', async () => {
  const { model, machine } = machines
  model.removeApplication('etcd')
  await model.settle()
  assert.equal(await here('systemctl', 'list-units', '--all', '--plain', '--no-legend', 'etcd*'), '')
  assert.equal((await machine.run(['find', '/proc', '-maxdepth', '1', '-user', 'etcd'])).stdout, '')
  const find =
    'find /etc /opt /var/lib /run /usr/local -xdev -path /var/lib/juju -prune -o -name "*etcd*" -print'
  assert.equal(await here('sh', '-ec', find), '')
  assert.match(await here('ls', `${data}/member`), /wal/)
  assert.doesNotMatch(await here('journalctl', '--no-pager', '-o', 'cat'), /PRIVATE KEY/)
})

test('storage is attached again, though its files are those of another machine’s user', async () => {
  const { model, tarball } = machines
  await here('chown', '-R', '4711:4711', data)
  await here('chmod', '0755', data)
  await here('umount', data)
  const attachStorage = ['data/0']
  await model.deploy('etcd-again', { archive: archives.etcd, resources: { etcd: tarball }, attachStorage })
  await model.settle()
  assert.equal(statusOf(model.unit('etcd-again/0')), 'active')
  const tls = '/etc/etcd-charm/tls'
  const files = `--cacert ${tls}/server-ca.pem --cert ${tls}/admin.crt --key ${tls}/admin.key`
  const ask = `/opt/etcd/current/etcdctl ${files} --endpoints 127.0.0.1:2379 get /web/b --print-value-only`
  assert.equal(await here('sh', '-ec', ask), 'after the reboot')
  model.removeApplication('etcd-again')
  await model.settle()
})

test('storage in memory, which everybody may write to, is etcd’s alone', async () => {
  const { model, tarball } = machines
  await here('umount', data)
  const memoryStorage = { data: '256M' }
  await model.deploy('etcd-memory', { archive: archives.etcd, resources: { etcd: tarball }, memoryStorage })
  await model.settle()
  assert.equal(statusOf(model.unit('etcd-memory/0')), 'active')
  assert.equal(await here('stat', '-f', '-c', '%T', data), 'tmpfs')
  assert.equal(await here('stat', '-c', '%U %a', data), 'etcd 700')
})
