import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { Observed } from '../../../../../src/charm/observed.ts'
import { endpointsOf as endpointsFor } from '../../../../../src/charm/plan/clients/endpoints.ts'
import { emptyLedger } from '../../../../../src/charm/plan/clients/ledger.ts'
import { settled } from '../../observation.ts'
import { running } from '../../observed-changes.ts'

function at(address: string): Observed {
  return { ...running(settled()), addresses: { peer: address, client: address, names: [address] } }
}

/** As `at`, once the leader has signed for the new address. */
function certified(address: string): Observed {
  const observed = at(address)
  const own = observed.peers?.units.get('etcd/0')
  const server = own?.issued.get('server')
  assert.ok(observed.peers && own && server)
  const issued = new Map([...own.issued, ['server', { ...server, names: [address] }]] as const)
  const units = new Map([['etcd/0', { ...own, issued }]])
  return { ...observed, peers: { ...observed.peers, units } }
}

describe('a member that its peers refused', () => {
  it('is waited for once its new certificate is there, and not where it serves', () => {
    const observed = certified('10.0.0.1')
    const files = { ...observed.machine.files, 'peer-certificate': 'old' }
    const stale = { ...observed, machine: { ...observed.machine, files } }
    const steps = (seen: Observed) => decide(seen).steps.map(({ kind }) => kind)
    assert.deepEqual(steps({ ...stale, etcd: { kind: 'down', why: 'no leader', standing: undefined } }), [
      'file/write',
      'service/readmit',
    ])
    assert.deepEqual(steps(stale), ['file/write'])
  })
})

describe('a member that has moved', () => {
  const reconfigured = (observed: Observed): Observed => {
    const { loaded } = observed.machine
    assert.ok(loaded)
    return { ...observed, machine: { ...observed.machine, loaded: { ...loaded, configuration: 'old' } } }
  }
  const restarts = (observed: Observed): boolean =>
    decide(observed).steps.some(({ kind }) => kind === 'service/restart')
  const away = (observed: Observed): Observed => {
    assert.ok(observed.etcd.kind === 'up')
    return { ...observed, etcd: { ...observed.etcd, here: false } }
  }

  it('is not restarted before its certificate lets it back among its peers', () => {
    assert.equal(restarts(away(reconfigured(at('10.0.0.9')))), false)
    assert.equal(restarts(away(reconfigured(certified('10.0.0.9')))), true)
  })

  it('keeps the leader from its own restart until that has signed for it', () => {
    const observed = reconfigured(at('10.0.0.1'))
    const { peers } = observed
    const own = peers?.units.get('etcd/0')
    assert.ok(peers && own)
    const moved = { peer: '10.0.0.8', client: '10.0.0.8', names: ['10.0.0.8'] }
    const units = (databag: object) =>
      new Map([...peers.units, ['etcd/1', { ...own, databag: { ...own.databag, ...databag } }] as const])
    assert.equal(restarts({ ...observed, peers: { ...peers, units: units({ addresses: moved }) } }), false)
    assert.equal(restarts({ ...observed, peers: { ...peers, units: units({}) } }), true)
  })
})

describe('the endpoints', () => {
  const endpointsOf = (observed: Observed) => endpointsFor(observed, emptyLedger, [], 7)

  it('are those of the members that serve', () => {
    assert.deepEqual(endpointsOf(at('10.0.0.1')), ['10.0.0.1:2379'])
  })

  it('have neither the old address of a unit that moved, nor the new one before its certificate names it', () => {
    assert.deepEqual(endpointsOf(at('10.0.0.9')), [])
    const { conditions, writes } = decide(at('10.0.0.9'))
    assert.deepEqual(
      writes.map(({ kind }) => kind),
      ['certificates/sign', 'peer-unit/write'],
      'the leader signs for itself at once: nobody would wake it for that',
    )
    assert.deepEqual(conditions, [
      {
        status: 'waiting',
        message: 'waiting for the leader to sign certificates for its new address',
        scope: 'unit',
      },
    ])
  })

  it('have the new address from then on, IPv6 in brackets', () => {
    assert.deepEqual(endpointsOf(certified('10.0.0.9')), ['10.0.0.9:2379'])
    assert.deepEqual(endpointsOf(certified('fd00::9')), ['[fd00::9]:2379'])
  })
})
