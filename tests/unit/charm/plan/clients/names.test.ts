// A name that has lost its owner: who may still trust it, and what each unit tells of having let go.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { Observed } from '../../../../../src/charm/observed.ts'
import { nextLedger } from '../../../../../src/charm/plan/clients/ledger.ts'
import { hasLetGo, released, unitsThatTrust } from '../../../../../src/charm/plan/clients/names.ts'
import type { PeerUnit } from '../../../../../src/interfaces/etcd-peers.ts'
import {
  accepted,
  access,
  leaf,
  ledgerOf,
  noAccess,
  offers,
  relationKey,
  settled,
} from '../../observation.ts'
import { kinds, running, withClients, withLedger } from '../../observed-changes.ts'

const key = relationKey(5)
const served = accepted('alice', { served: true })

/** Beside this unit, which leads, others that tell this of themselves. */
function withPeers(observed: Observed, others: Readonly<Record<string, Partial<PeerUnit>>>): Observed {
  assert.ok(observed.peers)
  const { application, units } = observed.peers
  const [own] = [...units.values()]
  const pems = application.certificates.get(observed.unit)
  assert.ok(own && pems)
  const rows = Object.entries(others).map(
    ([name, more]) => [name, { ...own, databag: { ...own.databag, ...more } }] as const,
  )
  const certificates = new Map([...application.certificates, ...rows.map(([name]) => [name, pems] as const)])
  return {
    ...observed,
    peers: {
      ...observed.peers,
      application: { ...application, certificates },
      units: new Map([...units, ...rows]),
    },
  }
}

describe('a name that lost its owner', () => {
  const before = running(withLedger(settled(), [[key, served]]), { alice: access('alice') })
  const left = withClients(before, { gone: new Set([5]) })

  it('departs with a number that nobody has told yet', () => {
    const told = withPeers(left, { 'etcd/1': { released: 4 }, 'etcd/2': {} })
    assert.deepEqual(
      [...nextLedger(told).departed],
      [['alice', { number: 5, relation: 5, prefix: '/alice/' }]],
    )
  })

  const departed = { departed: new Map([['alice', { number: 5, relation: 5, prefix: '/alice/' }]]) }
  const rows: readonly (readonly [string, Readonly<Record<string, Partial<PeerUnit>>>, readonly string[]])[] =
    [
      ['nobody else is there', {}, []],
      ['all have told so', { 'etcd/1': { released: 5 }, 'etcd/2': { released: 6 } }, []],
      [
        'one has told of an earlier one',
        { 'etcd/1': { released: 4 }, 'etcd/2': { released: 5 } },
        ['etcd/1'],
      ],
      ['one has told nothing', { 'etcd/1': {}, 'etcd/2': { released: 5 } }, ['etcd/1']],
      ['one tells that it trusts nothing, from an older view', { 'etcd/1': { trusts: [] } }, ['etcd/1']],
    ]
  for (const [title, others, waited] of rows)
    it(`is somebody else’s to have only when all have let go: ${title}`, () => {
      const settledAgain = running(withLedger(settled(), [], departed))
      const observed = withPeers(settledAgain, others)
      assert.deepEqual(unitsThatTrust(5, observed), waited)
      assert.equal(nextLedger(observed).departed.size, waited.length > 0 ? 1 : 0)
    })

  it('is not waited for at a unit that has no certificates yet, nor at one that is gone with its member', () => {
    const observed = withPeers(running(withLedger(settled(), [], departed)), { 'etcd/1': {} })
    assert.ok(observed.peers && observed.etcd.kind === 'up')
    const { application } = observed.peers
    const bare = {
      ...observed,
      peers: { ...observed.peers, application: { ...application, certificates: new Map() } },
    }
    assert.deepEqual(unitsThatTrust(5, bare), [])
    const gone = { ...observed, expectedUnits: new Set(['etcd/0']), etcd: { ...observed.etcd, members: [] } }
    assert.deepEqual(
      [unitsThatTrust(5, gone), unitsThatTrust(5, { ...gone, etcd: observed.etcd })],
      [[], ['etcd/1']],
    )
  })

  it('stays departed while etcd has its user, and while this unit’s etcd has its certificate', () => {
    const still = running(withLedger(settled(), [], { ...departed, leaving: new Set(['alice']) }), {
      alice: access('alice'),
    })
    assert.equal(nextLedger(still).departed.size, 1)
    const without = running(withLedger(settled(), [], { ...departed, leaving: new Set(['alice']) }), {
      alice: noAccess,
    })
    assert.equal(nextLedger(without).departed.size, 0)
    const { loaded } = without.machine
    assert.ok(loaded)
    const trusting = {
      ...without,
      machine: { ...without.machine, loaded: { ...loaded, leaves: [leaf('alice')] } },
    }
    assert.equal(nextLedger(trusting).departed.size, 1)
  })

  it('is let go of by a unit whose etcd runs without it and would start without it', () => {
    const member: Observed = { ...running(withLedger(settled(), [], departed)), leader: false }
    assert.ok(member.peers && member.machine.loaded)
    assert.equal(released(member), 5)
    const { files, loaded } = member.machine
    const cases = [
      { ...member.machine, loaded: { ...loaded, leaves: [leaf('alice')] } },
      { ...member.machine, loaded: undefined },
      { ...member.machine, files: { ...files, truststore: `${files.truststore}${leaf('alice').pem}` } },
      { ...member.machine, service: 'inactive' as const, files: { ...files, truststore: 'old' } },
    ]
    for (const machine of cases) assert.equal(released({ ...member, machine }), undefined)
    const stopped = {
      ...member.machine,
      service: 'failed' as const,
      loaded: { ...loaded, leaves: [leaf('alice')] },
    }
    assert.equal(hasLetGo({ ...member, machine: stopped }, member.peers.ledger), true)
  })

  it('goes on, in its relation, with a wider prefix at once and with another one as anybody’s would', () => {
    const asks = (prefix: string): Observed =>
      withClients(before, { relations: new Map([[5, offers('alice', { prefix })]]) })
    assert.deepEqual(kinds(decide(asks('/al')).steps), ['permission/revoke', 'permission/grant'])
    assert.deepEqual(kinds(decide(asks('/other/')).steps).slice(0, 2), ['user/delete', 'role/delete'])
    const narrower = nextLedger(asks('/alice/a/')).entries.get('client.5')?.entry
    assert.ok(narrower?.state === 'refused' && narrower.code === 'common-name-leaving')
  })

  it('comes back to the one who had it without waiting, and to nobody else', () => {
    const waiting = withPeers(running(withLedger(settled(), [], departed)), { 'etcd/1': {} })
    const stateOf = (relation: number, more = {}): string | undefined =>
      nextLedger(
        withClients(waiting, { relations: new Map([[relation, offers('alice', more)]]) }),
      ).entries.get(`client.${relation}`)?.entry.state
    const rows = [stateOf(5), stateOf(5, { serial: 'new' }), stateOf(5, { prefix: '/al' })]
    assert.deepEqual(rows, ['accepted', 'accepted', 'accepted'])
    assert.deepEqual([stateOf(5, { prefix: '/b/' }), stateOf(6)], ['refused', 'refused'])
  })

  it('is no longer given to a relation that has a hundred of them to be let go of', () => {
    const many = Array.from(
      { length: 100 },
      (_, at) => [`n${at}`, { number: 5, relation: 5, prefix: '/a/' }] as const,
    )
    const waiting = withPeers(running(withLedger(settled(), [], { departed: new Map(many) })), {
      'etcd/1': {},
    })
    const asks = withClients(waiting, {
      relations: new Map([
        [5, offers('alice')],
        [6, offers('bob')],
      ]),
    })
    const states = [...nextLedger(asks).entries.values()].map(({ entry }) => entry.state)
    assert.deepEqual(states, ['refused', 'accepted'])
  })

  it('goes on when its relation goes from v0 to v1, with the same certificate', () => {
    const v1 = {
      kind: 'requests',
      application: 'web',
      protocol: 'v1',
      requests: [
        {
          asked: { request: 'r', prefix: '/alice/', echo: {} },
          certificate: { kind: 'leaf', leaf: leaf('alice'), secret: undefined },
        },
      ],
    } as const
    const ledger = nextLedger(withClients(before, { relations: new Map([[5, v1]]) }))
    const entry = ledger.entries.get('client.5.r')?.entry
    assert.ok(entry?.state === 'accepted' && entry.ours)
    assert.deepEqual([ledger.departed.size, ledger.leaving.size], [0, 0])
    assert.equal(ledgerOf([]).departed.size, 0)
  })
})
