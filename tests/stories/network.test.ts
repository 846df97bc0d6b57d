// On the emulator alone: machines have spaces, families of addresses and strangers beside them that the test makes.
// Spaces, IPv6 and both kinds of addresses; and strangers on the same network, who are no members.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { openNetwork } from '../emulator/host/network.ts'
import type { Model, ModelOptions } from '../emulator/index.ts'
import { archives, connectAs, credentialsOf, etcdctl, openWorld, responsesOf } from './world.ts'

const tls = '/var/snap/charmed-etcd/common/tls'

interface MemberRow {
  readonly name: string
  readonly peerURLs: readonly string[]
  readonly clientURLs: readonly string[]
}

async function membersAt(model: Model, unit: string): Promise<readonly MemberRow[]> {
  const { members } = JSON.parse(await etcdctl(model.unit(unit).host, '-w', 'json', 'member', 'list'))
  return members.toSorted((a: MemberRow, b: MemberRow) => a.name.localeCompare(b.name))
}

/** Two members and a client that writes. */
async function deployOn(
  options: Partial<ModelOptions>,
  bindings = {},
): Promise<{ model: Model; id: number }> {
  const model = await openWorld(options)
  await model.deploy('etcd', { archive: archives.etcd, units: 2, bindings })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  for (const unit of ['etcd/0', 'etcd/1'])
    assert.deepEqual(model.unit(unit).workload, { status: 'active', message: '' })
  return { model, id }
}

async function assertServed(model: Model, id: number): Promise<void> {
  const client = connectAs(model, id, 'web')
  await client.put('/web/a', '1')
  assert.equal(await client.get('/web/a'), '1')
  client.close()
}

async function listens(model: Model, from: string, address: string, port: number): Promise<boolean> {
  const { code } = await model.unit(from).host.run(['bash', '-c', `exec 3<>/dev/tcp/${address}/${port}`])
  return code === 0
}

test('members talk in one space, clients come by the other', async () => {
  const { model, id } = await deployOn(
    { spaces: { alpha: 'ipv4', internal: 'ipv4' } },
    { 'etcd-peers': 'internal' },
  )
  await using _model = model
  const members = await membersAt(model, 'etcd/0')
  for (const [nth, unit] of ['etcd/0', 'etcd/1'].entries()) {
    const [alpha = '', internal = ''] = model.unit(unit).host.interfaces.map(({ addresses }) => addresses[0])
    assert.deepEqual(members[nth]?.peerURLs, [`https://${internal}:2380`])
    assert.deepEqual(members[nth]?.clientURLs, [`https://${alpha}:2379`])
    assert.deepEqual(
      [
        await listens(model, 'web/0', alpha, 2379),
        await listens(model, 'web/0', internal, 2380),
        await listens(model, 'web/0', internal, 2379),
        await listens(model, 'web/0', alpha, 2380),
      ],
      [true, true, false, false],
    )
  }
  const addresses = ['etcd/0', 'etcd/1'].map((unit) => `${model.unit(unit).host.address}:2379`)
  assert.equal(model.databag(id, 'etcd').endpoints, addresses.toSorted().join(','))
  await assertServed(model, id)
})

test('where there is IPv6 alone, every address is in brackets', async () => {
  const { model, id } = await deployOn({ spaces: { alpha: 'ipv6' } })
  await using _model = model
  const hosts = ['etcd/0', 'etcd/1'].map((unit) => model.unit(unit).host.address)
  assert.ok(hosts.every((address) => address.startsWith('fd00:')))
  assert.deepEqual(
    (await membersAt(model, 'etcd/1')).map(({ peerURLs }) => peerURLs),
    hosts.map((address) => [`https://[${address}]:2380`]),
  )
  const endpoints = hosts.map((address) => `[${address}]:2379`).toSorted()
  assert.equal(model.databag(id, 'etcd').endpoints, endpoints.join(','))
  const [response] = responsesOf(model, id)
  const user = [...model.tables.secrets.values()].find((row) => response?.['secret-user']?.endsWith(row.id))
  assert.equal(user?.revisions.get(user.latest)?.uris, endpoints.map((row) => `https://${row}`).join(','))
  await assertServed(model, id)
})

test('where there are both, the first address is used and certificates name them all', async () => {
  const { model, id } = await deployOn({ spaces: { alpha: 'dual' } })
  await using _model = model
  for (const unit of ['etcd/0', 'etcd/1']) {
    const { host } = model.unit(unit)
    const addresses = host.interfaces[0]?.addresses ?? []
    assert.equal(addresses.length, 2)
    for (const file of ['server', 'peer']) {
      const certificate = new X509Certificate((await host.run(['cat', `${tls}/${file}.crt`])).stdout)
      for (const address of [...addresses, '127.0.0.1', '::1'])
        assert.equal(certificate.checkIP(address), address, `${file} of ${unit}`)
    }
  }
  assert.match(model.databag(id, 'etcd').endpoints ?? '', /^10\.\d+\.\d+\.\d+:2379,10\.\d+\.\d+\.\d+:2379$/)
  await assertServed(model, id)
})

test('a member of a cluster of the same name in another model is a stranger', async (t) => {
  await using network = await openNetwork()
  await using ours = await openWorld({ network })
  await using theirs = await openWorld({ network })
  await ours.deploy('etcd', { archive: archives.etcd, units: 3 })
  await theirs.deploy('etcd', { archive: archives.etcd })
  await ours.settle()
  await theirs.settle()
  const [home, stranger] = [ours.unit('etcd/0').host, theirs.unit('etcd/0').host]
  const read = async (model: Model, file: string) =>
    (await model.unit('etcd/0').host.run(['cat', file])).stdout
  const configurationOf = (model: Model) => read(model, '/var/snap/charmed-etcd/current/etcd.conf.yml')
  const token = (text: string) => /^initial-cluster-token: (.*)$/m.exec(text)?.[1]

  await t.test('it has another token and another authority for each purpose', async () => {
    assert.notEqual(token(await configurationOf(ours)), token(await configurationOf(theirs)))
    assert.match(token(await configurationOf(ours)) ?? '', new RegExp(`^${ours.tables.uuid}-etcd-1-`))
    for (const file of ['peer-ca.pem', 'server-ca.pem', 'client-ca.pem'])
      assert.notEqual(await read(ours, `${tls}/${file}`), await read(theirs, `${tls}/${file}`))
  })

  await t.test('its admin is nobody here', async () => {
    const env = {
      PATH: '/snap/charmed-etcd/current/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      ETCDCTL_ENDPOINTS: `${home.address}:2379`,
      ETCDCTL_INSECURE_SKIP_TLS_VERIFY: 'true',
      ETCDCTL_CERT: `${tls}/admin.crt`,
      ETCDCTL_KEY: `${tls}/admin.key`,
    }
    const ask = async (): Promise<string> => {
      const { code, stderr } = await stranger.spawn(['etcdctl', 'member', 'list'], { env }).ended
      assert.notEqual(code, 0)
      return stderr
    }
    // etcd says why and closes; a client that is still writing then sees the end alone, so it may have to ask again to read the words.
    const words: string[] = []
    while (words.length < 10 && !/unknown certificate authority|bad certificate/.test(words.at(-1) ?? ''))
      words.push(await ask())
    assert.match(words.at(-1) ?? '', /unknown certificate authority|bad certificate/)
  })

  await t.test('it does not join, although it is told our members and our token', async () => {
    const members = await membersAt(ours, 'etcd/0')
    const cluster = [
      ...members.flatMap(({ name, peerURLs }) => peerURLs.map((peerUrl) => `${name}=${peerUrl}`)),
      `stranger=https://${stranger.address}:2480`,
    ].join(',')
    const changes = [
      's#:23\\(79\\|80\\|81\\)#:24\\1#g',
      `s#^initial-cluster: .*#initial-cluster: ${cluster}#`,
      `s#^initial-cluster-token: .*#initial-cluster-token: ${ours.tables.uuid}-etcd#`,
      's#^initial-cluster-state: .*#initial-cluster-state: existing#',
      's#^name: .*#name: stranger#',
      's#^data-dir: .*#data-dir: /tmp/stranger#',
    ]
    const configuration = '/var/snap/charmed-etcd/current/etcd.conf.yml'
    const script = [
      `sed ${changes.map((change) => `-e '${change}'`).join(' ')} ${configuration} >/tmp/stranger.yml`,
      'timeout 20 etcd --config-file /tmp/stranger.yml',
    ].join(' && ')
    const env = { PATH: '/snap/charmed-etcd/current/bin:/usr/sbin:/usr/bin:/sbin:/bin' }
    const tried = await stranger.spawn(['sh', '-c', script], { env }).ended
    assert.match(tried.stderr, /certificate signed by unknown authority/)
    assert.match(tried.stderr, /cannot fetch cluster info from peer urls/)
    assert.deepEqual(await membersAt(ours, 'etcd/0'), members)
  })

  await t.test('it is not taken for the member whose address it has', async () => {
    const absent = ours.unit('etcd/2').host
    const [old, vacant] = [stranger.address, absent.address]
    await absent.plug('out')
    await stranger.readdress(vacant)
    await theirs.settle()
    await etcdctl(stranger, 'put', 'whose', 'theirs')
    await etcdctl(home, 'put', 'whose', 'ours')
    await ours.updateStatus()
    const { app } = ours.unit('etcd/0')
    assert.match(
      app.status.message,
      /^2 of 3 members healthy, tolerates no further failure; look after etcd-2/,
    )
    assert.match(await etcdctl(stranger, 'get', 'whose'), /theirs/)
    assert.match(await etcdctl(home, 'get', 'whose'), /ours/)
    assert.equal((await membersAt(theirs, 'etcd/0')).length, 1)
    await stranger.readdress(old)
    await theirs.settle()
    await absent.plug('in')
    await ours.updateStatus()
    await ours.updateStatus()
    assert.match(await etcdctl(absent, 'get', 'whose'), /ours/)
    for (const unit of ['etcd/0', 'etcd/1', 'etcd/2'])
      assert.deepEqual(ours.unit(unit).workload, { status: 'active', message: '' })
  })
})

test('two applications of one model have nothing in common', async () => {
  await using model = await openWorld()
  for (const name of ['etcd', 'other']) await model.deploy(name, { archive: archives.etcd })
  await model.deploy('web', { archive: archives.client, config: { prefix: '/web/' } })
  await model.settle()
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  await assertServed(model, id)
  const { rootCertificate } = credentialsOf(model, id, 'web')
  const { host } = model.unit('other/0')
  assert.notEqual((await host.run(['cat', `${tls}/server-ca.pem`])).stdout, String(rootCertificate))
  const configuration = (await host.run(['cat', '/var/snap/charmed-etcd/current/etcd.conf.yml'])).stdout
  assert.ok(configuration.includes(`initial-cluster-token: ${model.tables.uuid}-other`))
  assert.deepEqual(
    (await membersAt(model, 'other/0')).map(({ name }) => name),
    ['other-0'],
  )
})
