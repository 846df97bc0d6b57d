// Credentials that an operator makes for a human or a tool off the machine: they reach one prefix and none of the operator's powers, are handed
// over in a secret that only the model's admin reads, are a client like all others, and end when the operator says so, or by themselves.

import assert from 'node:assert/strict'
import { forShell } from '../../src/juju/index.ts'
import type { StoryModel } from './driver/driver.ts'
import { etcdctl, lookAtEtcd, workloadOn } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { type Attempt, connectWith, type Credentials, own, reachOf, succeeds } from './intruder.ts'
import { deployIssuer, endpoints, untilShown } from './issuers.ts'
import { assertSound, deployServed, heal, unitsOf } from './sound.ts'

async function credentialsIn(
  model: StoryModel,
  uri: string,
): Promise<Credentials & { readonly usage: string }> {
  const content = await model.secretContent(uri.slice(-20))
  const { certificate, usage, 'private-key': privateKey } = content
  assert.ok(certificate && privateKey && usage, Object.keys(content).join())
  return { certificate, privateKey, usage }
}

const readOnly: readonly Attempt[] = ['connect', 'read /mallory/']

story('client credentials that an operator makes', { ownModel: true }, async (told) => {
  const { model, step } = told
  await deployServed(model, 3)
  const leader = (await model.unit('etcd/leader')).name
  const run = (name: string, params: Record<string, unknown>) => model.runAction(leader, name, params)
  const create = (commonName: string, params: Record<string, unknown> = {}) =>
    run('create-client-credentials', { 'common-name': commonName, prefix: '/mallory/', ...params })
  const units = await unitsOf(model)
  const [, other = ''] = units

  await step('what would be refused a requirer is refused, and changes nothing', async () => {
    const before = await lookAtEtcd(model)
    const refusals: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
      ['root', {}, /the common name is reserved/],
      ['Etcd-Peer', {}, /the common name is reserved/],
      ['WEB', {}, /belongs to another client/],
      ['a b', {}, /no valid user name/],
      ['ops', { prefix: '' }, /whole key space/],
      ['ops', { prefix: '\u0001etcd-charm/' }, /control characters/],
      ['ops', { days: 31 }, /^refused: days is missing or not as/],
    ]
    for (const [name, params, words] of refusals) {
      const { status, message, results } = await create(name, params)
      assert.equal(status, 'failed', name)
      assert.match(message, words)
      assert.equal(results.secret, undefined)
    }
    assert.match(
      (
        await model.runAction(units.find((unit) => unit !== leader) ?? '', 'create-client-credentials', {
          'common-name': 'ops',
          prefix: '/a/',
        })
      ).message,
      /^only the leader/,
    )
    assert.equal((await create('ops', { 'dry-run': true })).results.done, 'nothing')
    await model.settle()
    assert.deepEqual(await lookAtEtcd(model), before)
    assert.deepEqual(await secretsOf(model), [])
  })

  const made = await create('ops')
  const reader = await create('reader', { 'read-only': true })
  await model.settle()
  const ops = await credentialsIn(model, made.results.secret ?? '')
  const reads = await credentialsIn(model, reader.results.secret ?? '')

  await step('no key is in what the action prints, and its secret is granted to nobody', async () => {
    assert.equal(made.status, 'completed', made.message)
    assert.doesNotMatch(JSON.stringify([made, reader]), /BEGIN|PRIVATE KEY/)
    assert.match(made.results.client ?? '', /^ops reads and writes keys that begin with \/mallory\/, until /)
    assert.match(made.results.read ?? '', /^juju show-secret --reveal secret:[0-9a-v]{20}$/)
  })

  await step('they reach their prefix at every member, and none of the operator’s powers', async () => {
    for (const unit of units) assert.deepEqual(await reachOf(model, ops, unit), own, unit)
    await etcdctl(model, leader, 'put', '/mallory/a', '1')
    for (const unit of units) assert.deepEqual(await reachOf(model, reads, unit), readOnly, unit)
  })

  await step('they are clients like all others, and asked for again, the same', async () => {
    const { results } = await run('list-clients', {})
    assert.match(results.clients ?? '', /^operator .* ops +\/mallory\/ .*served$/m)
    assert.match(results.clients ?? '', /^operator .* reader +\/mallory\/ \(read\) .*served$/m)
    assert.match((await run('status', {})).results.status ?? '', /3 served/)
    const again = await create('ops')
    assert.deepEqual(
      [again.results.secret, again.results.done],
      [made.results.secret, 'nothing: it was made before'],
    )
    assert.deepEqual((await credentialsIn(model, again.results.secret ?? '')).privateKey, ops.privateKey)
    assert.match(
      (await create('OPS', { prefix: '/else/' })).message,
      /^refused: ops is there with other access/,
    )
    assert.deepEqual((await lookAtEtcd(model)).users, ['ops', 'reader', 'root', 'web'])
  })

  await step(
    'revoked they are out at once, over what is open and anew; the other goes on, and the name is free afterwards',
    async () => {
      const open = await connectWith(model, ops, other)
      await using _closed = { [Symbol.asyncDispose]: async () => open.close() }
      assert.ok(await succeeds(open.put('/mallory/open').value('1').exec()))
      assert.equal(
        (await run('revoke-client-credentials', { 'common-name': 'ops', 'dry-run': true })).results.done,
        'nothing',
      )
      const revoked = await run('revoke-client-credentials', { 'common-name': 'ops' })
      assert.match(revoked.results.done ?? '', /^ops is revoked; it has no user in etcd any more$/)
      assert.ok(!(await succeeds(open.put('/mallory/open').value('2').exec())))
      await model.settle()
      for (const unit of units) assert.deepEqual(await reachOf(model, ops, unit), [], unit)
      assert.deepEqual(await reachOf(model, reads, other), readOnly)
      assert.equal((await secretsOf(model)).length, 1)
      const again = await create('ops', { prefix: '/other/' })
      assert.equal(again.status, 'completed', again.message)
      await model.settle()
      assert.deepEqual(await reachOf(model, ops, other), [])
      assert.match(
        (await run('revoke-client', { 'common-name': 'ops', confirm: true })).results.done ?? '',
        /^ops is revoked/,
      )
      await model.settle()
      await model.updateStatus('etcd')
      assert.equal((await secretsOf(model)).length, 1)
    },
  )

  await step(
    'they end by themselves, and are forgotten a week later: a clock that is ahead ends nobody for good',
    async () => {
      const { emulatorOf } = await import('./driver/emulator-of.ts')
      const goOn = async (clock: string): Promise<void> => {
        for (const unit of units) emulatorOf(model).unit(unit).host.setClock(clock)
        await model.updateStatus('etcd')
        await model.settle()
      }
      await goOn('+2d')
      assert.notDeepEqual(await secretsOf(model), [])
      await goOn('+10d')
      await model.updateStatus('etcd')
      assert.deepEqual(await secretsOf(model), [])
    },
    { needs: ['virtual-time'] },
  )
  await assertSound(told)
})

const title = 'client credentials where an issuer’s certificates are shown'
story(title, { ownModel: true, needs: ['python-requirer'] }, async (told) => {
  const { model, step } = told
  await model.deploy('etcd', { charm: 'etcd' })
  await deployIssuer(model, 'vault')
  await model.settle()
  const relation = await model.integrate(`etcd:${endpoints.server}`, 'vault:certificates')
  await untilShown(model, 'server', /^vault CA 1$/)
  const create = async () => {
    const asked = { 'common-name': 'ops', prefix: '/the ops/' }
    const made = await model.runAction('etcd/leader', 'create-client-credentials', asked)
    assert.equal(made.status, 'completed', made.message)
    await model.settle()
    return (made.results.secret ?? '').slice(-20)
  }

  await step('etcdctl works with what is handed over, as the secret says', async () => {
    const secret = await create()
    assert.equal(await useWithEtcdctl(model, secret, ['put', '/the ops/a', '1']), 'OK\n')
    assert.equal(await useWithEtcdctl(model, secret), '/the ops/a\n1\n')
  })

  await step('asked for again, they have the authority of the certificates of then', async () => {
    await model.removeRelation(relation)
    await untilShown(model, 'server', /^etcd server authority$/)
    const secret = await create()
    assert.equal(await useWithEtcdctl(model, secret), '/the ops/a\n1\n')
    const { 'ca-certificate': authority } = await model.secretContent(secret)
    assert.equal(authority?.match(/BEGIN CERT/g)?.length, 1)
  })
  const revoked = await model.runAction('etcd/leader', 'revoke-client-credentials', { 'common-name': 'ops' })
  assert.equal(revoked.status, 'completed', revoked.message)
  await model.settle()
  await heal(model)
  await assertSound(told, [])
})

/** Where the secret's `usage` is to be typed: beside its three files. */
const typed = `set -e
folder=$(mktemp -d -p "$WHERE"); cd "$folder"
printf '%s\n' "$AUTHORITY" >ca.pem; printf '%s\n' "$CERTIFICATE" >client.crt; printf '%s\n' "$PRIVATE_KEY" >client.key
etcdctl() { "$ETCDCTL" "$@"; }
code=0; eval "$USAGE" || code=$?
rm -r "$folder"; exit "$code"`

/** @param instead of reading, which is what the secret shows */
async function useWithEtcdctl(
  model: StoryModel,
  secret: string,
  instead?: readonly string[],
): Promise<string> {
  const { paths } = await workloadOn(model, 'etcd/leader')
  const content = await model.secretContent(secret)
  const usage = content.usage ?? ''
  assert.match(usage, /^etcdctl /)
  const env = {
    HOME: '/root',
    WHERE: paths.tls,
    ETCDCTL: paths.etcdctl,
    USAGE: instead ? [usage.replace(/ get .*/, ''), ...instead.map(forShell)].join(' ') : usage,
    AUTHORITY: content['ca-certificate'] ?? '',
    CERTIFICATE: content.certificate ?? '',
    PRIVATE_KEY: content['private-key'] ?? '',
  }
  const { code, stdout, stderr } = await model.exec('etcd/leader', ['sh', '-c', typed], env)
  assert.equal(code, 0, stderr)
  return stdout
}

async function secretsOf(model: StoryModel): Promise<readonly string[]> {
  return (await model.secrets()).flatMap(({ label }) =>
    label.startsWith('etcd-client.operator') ? [label] : [],
  )
}
