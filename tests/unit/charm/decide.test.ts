import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../src/charm/decide.ts'
import type { Observed } from '../../../src/charm/observed.ts'
import { now, settled } from './observation.ts'
import { kinds, running } from './observed-changes.ts'

describe('a unit at rest', () => {
  it('plans nothing and writes nothing when all is as it should be', () => {
    const plan = decide(running(settled()))
    assert.deepEqual(plan, { steps: [], writes: [], conditions: [], toCount: [] })
  })

  it('writes its files, then the revocation list, then starts etcd', () => {
    const observed = { ...settled(), machine: { ...settled().machine, revoked: undefined } }
    const steps = kinds(decide(observed).steps)
    assert.deepEqual(steps, [...Array(7).fill('file/write'), 'revocation/write', 'service/start'])
  })

  it('turns access control on before it does anything else for clients', () => {
    const observed = running(settled())
    const open: Observed = {
      ...observed,
      etcd: {
        kind: 'up',
        here: true,
        members: undefined,
        authentication: false,
        accessRevision: undefined,
        access: undefined,
        orphans: [],
      },
    }
    assert.deepEqual(kinds(decide(open).steps), ['auth/create-root', 'auth/enable'])
  })

  it('installs the tarball that is attached, once', () => {
    const source = { kind: 'archive', digest: 'abc' } as const
    const machine = { ...settled().machine, source, workload: undefined }
    assert.equal(decide({ ...settled(), machine }).steps[0]?.kind, 'workload/install')
    const installed = {
      ...machine,
      workload: { kind: 'binaries', version: '3.6.4', archive: 'abc' } as const,
    }
    assert.ok(!kinds(decide({ ...settled(), machine: installed }).steps).includes('workload/install'))
  })
})

describe('the birth of a cluster', () => {
  it('makes the authorities in one hook and signs in a later one', () => {
    const observed = settled()
    assert.ok(observed.peers)
    const own = observed.peers.units.get('etcd/0')
    assert.ok(own)
    const units = new Map([['etcd/0', { ...own, issued: new Map() }]])
    const born: Observed = {
      ...observed,
      expectedUnits: new Set(['etcd/0']),
      machine: { ...observed.machine, data: false, claim: undefined },
      peers: {
        ...observed.peers,
        units,
        application: { certificates: new Map(), clientCas: {}, unreadable: [] },
      },
    }
    const first = kinds(decide(born).writes)
    assert.ok(first.includes('founding/write') && first.includes('authorities/create'))
    assert.ok(!first.includes('certificates/sign'))
    const application = { ...observed.peers.application, certificates: new Map() }
    const second = decide({ ...observed, peers: { ...observed.peers, units, application } })
    assert.ok(kinds(second.writes).includes('certificates/sign'))
  })

  it('renews a certificate when a third of its life is left', () => {
    const later = running({ ...settled(), now: now + 200 * 24 * 60 * 60 * 1000 })
    assert.ok(kinds(decide(later).writes).includes('certificates/sign'))
  })

  it('leaves the authorities to the leader', () => {
    const observed = settled()
    assert.ok(observed.peers)
    const peers = {
      ...observed.peers,
      application: { certificates: new Map(), clientCas: {}, unreadable: [] },
    }
    assert.ok(!kinds(decide({ ...observed, leader: false, peers }).writes).includes('authorities/create'))
  })
})
