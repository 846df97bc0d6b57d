// On the emulator alone: a ledger of an earlier version is written below Juju, and dozens of clients are rows of a table.
// A cluster that its truststore keeps locked: etcd runs, is healthy by its own word, and breaks off every handshake, the administrator's
// too. However it came to that, an operator's hand or an earlier version of this charm, the members' own hooks find the way out.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mostBytes } from '../../src/charm/plan/trust/room.ts'
import { type Ledger, parseLedger, printLedger, type Leaf } from '../../src/interfaces/ledger.ts'
import { examineClientCertificate } from '../../src/tls/client-certificate.ts'
import type { Model } from '../emulator/index.ts'
import { issueCertificate } from '../fixtures/issue-certificate.ts'
import { emulated } from './driver/emulated-model.ts'
import { deployGreedy, letsIn, organization, trustedBytes, truststore } from './greedy-clients.ts'
import { assertServed, succeeds } from './intruder.ts'
import { archives, deployClients, etcdctl, openWorld } from './world.ts'

const service = 'snap.charmed-etcd.etcd.service'

/** More than a truststore can hold. */
async function longCertificates(): Promise<readonly string[]> {
  const long = await Promise.all(
    Array.from({ length: 10 }, (_, nth) =>
      issueCertificate({ commonNames: [`long-${nth}`], organization: 'm'.repeat(7_000) }),
    ),
  )
  return long.map(({ certificate }) => certificate)
}

/** Somebody appends certificates to the truststore, and restarts etcd. */
async function lockUp(model: Model, units: readonly string[]): Promise<void> {
  const long = await longCertificates()
  for (const unit of units) {
    const { host } = model.unit(unit)
    for (const certificate of long) {
      const written = await host.run(['sh', '-c', `printf '%s' "$0" >> ${truststore}`, certificate])
      assert.equal(written.code, 0, written.stderr)
    }
    assert.equal((await host.run(['systemctl', 'restart', service])).code, 0)
  }
}

test('the way out of a cluster that lets nobody in', async (story) => {
  await using model = await openWorld({ parallel: 3 })
  await model.deploy('etcd', { archive: archives.etcd, units: 2 })
  const units = ['etcd/0', 'etcd/1'] as const
  const web = (await deployClients(model, ['web'], () => ({ prefix: '/web/' }))).get('web') ?? -1
  await model.updateStatus()
  await assertServed(emulated(model), web, 'web')

  const assertSound = async (): Promise<void> => {
    await assertServed(emulated(model), web, 'web')
    for (const unit of units) {
      assert.equal(
        await succeeds(etcdctl(model.unit(unit).host, 'endpoint', 'health', '--command-timeout=3s')),
        true,
        unit,
      )
      assert.ok((await trustedBytes(model, unit)) <= mostBytes, unit)
      const members = await etcdctl(model.unit(unit).host, 'member', 'list')
      assert.equal(members.trim().split('\n').length, 2)
    }
    const failed = model.tables.journal.filter((run) => run.exit !== 0)
    assert.deepEqual(
      failed.map((run) => [run.unit, run.hook, run.stderr]),
      [],
    )
  }

  for (const [who, locked] of [
    ['one member', ['etcd/1']],
    ['every member', units],
  ] as const) {
    await story.test(`${who}: its truststore is appended to by hand, and it restarts`, async () => {
      await lockUp(model, locked)
      for (const unit of locked)
        assert.equal(
          await succeeds(etcdctl(model.unit(unit).host, 'endpoint', 'health', '--command-timeout=3s')),
          false,
          `${unit} is locked`,
        )
      await model.updateStatus()
      await model.updateStatus()
      await assertSound()
    })
  }

  await story.test('an earlier version of the charm left a ledger that holds too much', async () => {
    const greedy = await deployGreedy(model)
    const all = greedy.flatMap(({ certificates }) => certificates)
    assert.equal(await letsIn(model, all), 42)
    await rewriteLedger(model, halfRenewed)
    await model.updateStatus()
    await model.updateStatus()
    await assertSound()
    assert.equal(await letsIn(model, all), 42)
  })
})

/** As an earlier version of the charm wrote it. */
async function rewriteLedger(model: Model, rewrite: (ledger: Ledger) => Promise<Ledger>): Promise<void> {
  const peers = [...model.tables.relations.values()].find(({ ends }) => ends[0]?.endpoint === 'etcd-peers')
  const bag = peers?.bags.get('etcd')
  assert.ok(bag)
  Object.assign(bag, printLedger(await rewrite(parseLedger(bag))))
}

/** Each long certificate is to be replaced by another: both are trusted meanwhile. */
async function halfRenewed(ledger: Ledger): Promise<Ledger> {
  const entries = new Map(ledger.entries)
  for (const [name, { key, entry }] of ledger.entries) {
    if (entry.state !== 'accepted' || entry.leaf.subjectSize < organization.length) continue
    const retiring = await anotherFor(entry.leaf)
    entries.set(name, { key, entry: { ...entry, retiring, served: false } })
  }
  return { ...ledger, entries }
}

async function anotherFor({ commonName }: Leaf): Promise<Leaf> {
  const { certificate } = await issueCertificate({ commonNames: [commonName], organization })
  const found = await examineClientCertificate(certificate, Date.now())
  assert.ok(found.kind === 'leaf')
  const { pem, fingerprint, serial, notBefore, notAfter, subjectSize } = found
  return { pem, commonName, fingerprint, serial, notBefore, notAfter, subjectSize }
}
