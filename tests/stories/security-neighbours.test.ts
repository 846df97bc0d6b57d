// On the emulator alone: a hook is killed before its restart, and the next secret’s id is guessed, which real ids do not let.
// What a client can do to another one by copying what is the other's: a serial, a secret, the beginning of a prefix, the first digit
// of a relation's id. The other goes on, and the copier has no more than it had.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { issueCertificate } from '../fixtures/issue-certificate.ts'
import { emulated } from './driver/emulated-model.ts'
import { assertServed, deployIntruder, mere, own, reachOf, send } from './intruder.ts'
import {
  archives,
  connectAs,
  credentialsOf,
  deployPair,
  lookAtEtcd,
  openWorld,
  responsesOf,
} from './world.ts'

const commonNames = ['mallory']

test('a client that copies another’s serial or secret harms nobody', async (story) => {
  await using model = await openWorld()
  let { web, mallory } = await deployIntruder(emulated(model))
  const again = async (app: string): Promise<number> => {
    const { id } = model.integrate('etcd:etcd-client', `${app}:etcd`)
    await model.settle()
    return id
  }
  const leave = async (relation: number): Promise<void> => {
    model.removeRelation(relation)
    await model.settle()
  }
  const serialOf = (relation: number, app: string): string =>
    new X509Certificate(credentialsOf(model, relation, app).certChain).serialNumber

  await story.test('who copied a serial and leaves is out, and its owner goes on', async () => {
    const copier = await issueCertificate({ commonNames, serial: serialOf(web, 'web') })
    await send(emulated(model), copier.certificate)
    assert.deepEqual(await reachOf(emulated(model), copier), own)
    // The hook that ends the access is killed before its restart, so that what was cut off until then is seen.
    let killed = false
    model.killHooks((_unit, tool, args) => {
      if (killed || tool !== 'juju-log' || !args.at(-1)?.startsWith('service/restart')) return false
      killed = true
      return true
    })
    model.removeRelation(mallory)
    while (!killed) await model.runOne()
    assert.deepEqual(await reachOf(emulated(model), copier), mere)
    await assertServed(emulated(model), web, 'web')
    await model.settle()
    assert.deepEqual(await reachOf(emulated(model), copier), [])
    await assertServed(emulated(model), web, 'web')
  })

  await story.test('who copied a serial goes on when its owner leaves, and the owner is out', async () => {
    const copier = await issueCertificate({ commonNames, serial: serialOf(web, 'web') })
    model.config('mallory', { given: copier.certificate })
    mallory = await again('mallory')
    const victim = connectAs(model, web, 'web')
    await leave(web)
    await assert.rejects(victim.get('/web/secret'))
    victim.close()
    assert.deepEqual(await reachOf(emulated(model), copier), own)
    web = await again('web')
    await assertServed(emulated(model), web, 'web')
  })

  await story.test('a copied serial that is replaced is out, and its owner goes on', async () => {
    const copier = await issueCertificate({ commonNames, serial: serialOf(web, 'web') })
    await send(emulated(model), copier.certificate)
    const next = await issueCertificate({ commonNames })
    await send(emulated(model), next.certificate)
    await model.updateStatus()
    assert.deepEqual(
      [await reachOf(emulated(model), copier), await reachOf(emulated(model), next)],
      [[], own],
    )
    await assertServed(emulated(model), web, 'web')
  })

  const name = async (uri: string | undefined): Promise<string> => {
    await send(emulated(model), '', { databag: JSON.stringify({ 'secret-mtls': uri ?? '' }) })
    return model.databag(mallory, 'etcd').status ?? ''
  }

  await story.test('who names the secret of another gets nothing by it', async () => {
    const before = await issueCertificate({ commonNames })
    await send(emulated(model), before.certificate)
    assert.match(await name(model.databag(web, 'web')['secret-mtls']), /belongs to relation/)
    assert.deepEqual(await reachOf(emulated(model), before), [])
    assert.deepEqual((await lookAtEtcd(model)).users, ['root', 'web'])
    await assertServed(emulated(model), web, 'web')
  })

  await story.test('nor does it come by the next name of that secret’s owner', async () => {
    model.config('web', { 'common-name': 'web-2' })
    await model.settle()
    await model.updateStatus()
    const heir = connectAs(model, web, 'web')
    assert.equal(heir.commonName, 'web-2')
    await heir.put('/web/secret', 'of web')
    heir.close()
    assert.deepEqual((await lookAtEtcd(model)).users, ['root', 'web-2'])
  })

  await story.test('who names the charm’s own secret is told nothing of it', async () => {
    const own = [...model.tables.secrets.values()].find((row) => row.label === 'etcd-authorities')
    assert.ok(own)
    const told = await name(`secret:${own.id}`)
    assert.match(told, /no key mtls-cert/)
    assert.doesNotMatch(told, /BEGIN/)
  })

  await story.test('who names a secret before its owner does is denied, and loses to the owner', async () => {
    await model.deploy('late', { archive: archives.client, config: { prefix: '/late/' } })
    await model.settle()
    // Ids are counted up: a guess.
    const next = (model.tables.sequences.get('secret') ?? 0).toString(32).padStart(18, '0')
    assert.match(await name(`secret:d${next}0`), /does not exist|may not be read/)
    const late = await again('late')
    await model.updateStatus()
    const guessed = model.databag(late, 'late')['secret-mtls'] ?? ''
    assert.ok(guessed.endsWith(`d${next}0`), `${guessed} was not guessed`)
    await assertServed(emulated(model), late, 'late')
    assert.match(model.databag(mallory, 'etcd').status ?? '', /belongs to relation/)
  })

  assert.deepEqual(
    model.tables.journal
      .filter((run) => run.exit !== 0 && run.exit !== 'killed')
      .map((run) => [run.unit, run.hook, run.stderr]),
    [],
  )
})

test('a prefix is these very bytes: who has /ab reads no /a, and no range runs past its last byte', async () => {
  await using model = await openWorld()
  const prefixes = ['/a', '/ab', '/b/', 'ÿ', 'ÿÿ', '\u{10ffff}', '~']
  await deployPair(model, { prefix: prefixes.join(','), request: 'v1' })
  const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
  await model.settle()
  await model.updateStatus()
  const resources = responsesOf(model, id).map((row) => row.resource ?? '')
  assert.deepEqual([...resources].sort(), [...prefixes].sort())
  const beyond = ['/', '/c', '/b', '/b0', '`', 'Ā', '\u007f', 'þ', '\u{10fffe}', '\0etcd-charm/restart']
  const keys = [...prefixes, ...prefixes.map((prefix) => `${prefix}x`), ...beyond]
  for (const [nth, prefix] of prefixes.entries()) {
    const client = connectAs(model, id, 'web', nth)
    for (const key of keys) {
      const allowed = await client.put(key, prefix).then(
        () => true,
        () => false,
      )
      assert.equal(allowed, key.startsWith(prefix), JSON.stringify([prefix, key]))
    }
    await assert.rejects(client.etcd.getAll().keys(), /permission denied/)
    client.close()
  }
})
