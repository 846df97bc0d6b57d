import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../src/charm/decide.ts'
import type { Observed } from '../../../../src/charm/observed.ts'
import { endpointsOf } from '../../../../src/charm/plan/endpoints.ts'
import { settled } from '../observation.ts'
import { running } from '../observed-changes.ts'

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

describe('the endpoints', () => {
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
