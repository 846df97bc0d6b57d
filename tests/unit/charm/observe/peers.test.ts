// Who is a peer: Juju 4.0 lists units that are gone, with all that they ever said.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Charm } from '../../../../src/charm/charm.ts'
import { decide } from '../../../../src/charm/decide.ts'
import { observePeers, withoutGone } from '../../../../src/charm/observe/peers.ts'
import type { PeersSeen } from '../../../../src/charm/observed.ts'
import { forgetCertificates, parsePeerApplication } from '../../../../src/interfaces/etcd-peers.ts'
import { openJuju, readContext } from '../../../../src/juju/index.ts'
import { createAuthority } from '../../../../src/tls/authority.ts'
import { describeCertificate } from '../../../../src/tls/certificate.ts'
import { openStandIns } from '../../machine/stand-in.ts'
import { now, settled } from '../observation.ts'
import { running } from '../observed-changes.ts'

const machine = openStandIns()
after(() => machine[Symbol.dispose]())
machine.add('relation-ids', `echo '["etcd-peers:0"]'`)
machine.add('relation-list', `echo '["etcd/1","etcd/2","etcd/3"]'`)
const pems = JSON.stringify(JSON.stringify({ peer: 'p', server: 's', admin: 'a' }))
machine.add(
  'relation-get',
  `case "$*" in
*"etcd/3"*) echo '{"requests":${pems}}';;
*"etcd/"*) echo '{"certificates":"d","endpoint":"10.0.0.1:2379"}';;
*) echo '{"certificates.etcd/0":${pems},"certificates.etcd/1":${pems},"certificates.etcd/9":${pems}}';;
esac`,
)
const goal = (units: object): void => machine.add('goal-state', `echo '${JSON.stringify({ units })}'`)

const textsOf = (databag: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(databag).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  )

function openCharm(): Charm {
  const env = {
    ...process.env,
    JUJU_UNIT_NAME: 'etcd/0',
    JUJU_MODEL_UUID: '5f0a2c6e-0000-4000-8000-000000000000',
    JUJU_CHARM_DIR: '/nowhere',
    JUJU_DISPATCH_PATH: 'hooks/update-status',
  }
  return { context: readContext(env), juju: openJuju(env), now: 0, deadline: AbortSignal.abort() }
}

async function seenBesideGoal(charm: Charm): Promise<PeersSeen | undefined> {
  const peers = await observePeers(charm)
  return peers && withoutGone(peers, await charm.juju.presentUnits(), charm.context.unit)
}

test('peers are those that Juju has, be they on their way out; the others were', async () => {
  const [active, dying] = [{ status: 'active' }, { status: 'dying' }]
  goal({ 'etcd/0': active, 'etcd/1': dying, 'etcd/3': active })
  const seen = await seenBesideGoal(openCharm())
  assert.deepEqual([...(seen?.units.keys() ?? [])], ['etcd/0', 'etcd/1', 'etcd/3'])
  assert.deepEqual(seen?.gone, ['etcd/9'])
})

test('a goal state that does not know even this unit tells nothing', async () => {
  goal({})
  const seen = await seenBesideGoal(openCharm())
  assert.deepEqual([...(seen?.units.keys() ?? [])], ['etcd/0', 'etcd/1', 'etcd/3'])
  assert.equal(seen?.gone, undefined)
})

test('who does not ask takes the leader’s word: whose certificates it took back is gone, and who has none yet is to come', async () => {
  const seen = await observePeers(openCharm())
  assert.deepEqual([...(seen?.units.keys() ?? [])], ['etcd/0', 'etcd/1', 'etcd/3'])
  assert.equal(seen?.gone, undefined)
})

test('the leader forgets whom Juju has no more, once, and names its administrator’s certificate to all', async () => {
  const at = { now: new Date(now), years: 1 }
  const { certificate: admin } = await createAuthority({ commonName: 'root', ...at })
  const { serial, notAfter } = describeCertificate(admin) ?? { serial: '', notAfter: 0 }
  const observed = settled()
  assert.ok(observed.peers)
  const { application } = observed.peers
  const certificates = new Map([...application.certificates, ['etcd/9', { peer: 'p', server: 's', admin }]])
  const withdrawn = [
    { serial: '01', notAfter: now - 1 },
    { serial: '00', notAfter: now + 1 },
  ]
  const before = {
    ...observed,
    peers: { ...observed.peers, gone: ['etcd/9'], application: { ...application, certificates, withdrawn } },
  }
  const forgotten = (seen: typeof observed) =>
    decide(seen).writes.filter((write) => write.kind === 'certificates/forget')
  const [write, ...more] = forgotten(before)
  assert.deepEqual([write?.units, more], [['etcd/9'], []])
  const kept = [
    { serial: '00', notAfter: now + 1 },
    { serial, notAfter },
  ]
  assert.deepEqual(
    write?.withdrawn,
    kept.toSorted((a, b) => (a.serial < b.serial ? -1 : 1)),
  )
  assert.deepEqual(parsePeerApplication(textsOf(forgetCertificates(['etcd/9'], kept))).withdrawn, kept)
  assert.deepEqual(forgotten({ ...before, leader: false }), [])
  assert.deepEqual(forgotten({ ...observed, peers: { ...observed.peers, gone: [] } }), [])
})

test('an administrator whose unit is gone is let in nowhere, for as long as its certificate is valid', () => {
  const observed = running(settled())
  const { peers } = observed
  assert.ok(peers)
  const withdrawn = [
    { serial: '0b', notAfter: now + 1 },
    { serial: '0a', notAfter: now - 1 },
  ]
  const told = { ...observed, peers: { ...peers, application: { ...peers.application, withdrawn } } }
  const lists = decide(told).steps.flatMap((step) => (step.kind === 'revocation/write' ? [step.serials] : []))
  assert.deepEqual(lists, [['0b']])
  const machine = { ...told.machine, revoked: ['0b'] }
  assert.ok(decide({ ...told, machine }).steps.every(({ kind }) => kind !== 'revocation/write'))
})

test('whether one that was not signed for is there yet or no more, is known where Juju was asked', () => {
  const observed = settled()
  const { peers } = observed
  const own = peers?.units.get('etcd/0')
  assert.ok(peers && own)
  const units = new Map([...peers.units, ['etcd/3', { ...own, issued: new Map() }] as const])
  const signed = (gone: readonly string[] | undefined): readonly string[] =>
    decide({ ...observed, peers: { ...peers, units, ...(gone && { gone }) } }).writes.flatMap((write) =>
      write.kind === 'certificates/sign' ? [write.unit] : [],
    )
  assert.deepEqual([signed(undefined), signed([])], [[], ['etcd/3']])
})
