// What is not there is not gone for good: no member, no authority and no client is given up for something that can't be seen now.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { Observed } from '../../../../../src/charm/observed.ts'
import { planFounding, untold } from '../../../../../src/charm/plan/cluster/founding.ts'
import { serialsToRevoke } from '../../../../../src/charm/plan/trust/revocation.ts'
import { parsePeerApplication } from '../../../../../src/interfaces/etcd-peers.ts'
import { printLedger, unreadableRows } from '../../../../../src/interfaces/ledger.ts'
import { accepted, leaf, ledgerOf, relationKey, settled } from '../../observation.ts'
import { kinds, running } from '../../observed-changes.ts'
import { etcdUp, member } from './members.ts'

const folder = '/var/snap/charmed-etcd/common/var/lib/etcd'

/** As after a reboot: the folder below the storage looks like that of a member that has lost all. */
function late(observed: Observed): Observed {
  const machine = {
    ...observed.machine,
    storage: { kind: 'away', storage: 'data/3', folder } as const,
    data: false,
    claim: undefined,
    service: 'failed' as const,
  }
  return { ...observed, machine, etcd: { kind: 'down', why: 'nobody answers', standing: undefined } }
}

describe('storage that was mounted and is not', () => {
  it('has nothing done on it, and is told by its name, with the remedy', () => {
    const { steps, conditions } = decide(late(running(settled())))
    assert.deepEqual(steps, [])
    assert.deepEqual(conditions[0], {
      status: 'waiting',
      message: `storage data/3 is not mounted at ${folder}; see juju storage and the disks of this machine, or remove this unit where it is gone for good`,
      scope: 'unit',
      stake: 'member',
    })
  })

  it('is not told to be empty, and nobody founds a cluster before it is seen', () => {
    const observed = running(settled())
    assert.ok(observed.peers)
    const application = { ...observed.peers.application, founding: { token: 'next', generation: 2 } }
    const all = { ...late(observed), expectedUnits: new Set(['etcd/0']) }
    const waiting = { ...all, peers: { ...observed.peers, application } }
    assert.deepEqual(untold(waiting), ['etcd/0'])
    assert.deepEqual(planFounding(waiting, waiting.peers), [])
    const told = decide(waiting).writes.find((write) => write.kind === 'peer-unit/write')
    assert.notEqual(told?.unit.data, false)
  })

  it('leaves its other members alone, those of units that are gone too', () => {
    const observed = late(running(settled()))
    const etcd = etcdUp([member(0), member(1), member(7)], { here: false, access: new Map() })
    const looking: Observed = { ...observed, etcd, expectedUnits: new Set(['etcd/0', 'etcd/1']) }
    assert.deepEqual(kinds(decide(looking).steps), [])
  })

  it('is noted before anything else is done on the machine', () => {
    const observed = settled()
    const record = { unit: 'etcd/0', storage: 'data/0', mount: 'ext4 /dev/sdb /' }
    const machine = {
      ...observed.machine,
      workload: undefined,
      source: { kind: 'snap' } as const,
      storage: { kind: 'here', record, recorded: false } as const,
    }
    assert.deepEqual(kinds(decide({ ...observed, machine }).steps), ['storage/record', 'workload/install'])
  })
})

describe('the peer databag', () => {
  it('that has lost its authorities has them back from the secret, and gets no new ones', () => {
    const observed = running(settled())
    assert.ok(observed.peers)
    const { authorities: _lost, ...application } = observed.peers.application
    const { writes } = decide({ ...observed, peers: { ...observed.peers, application } })
    const [create] = writes.filter((write) => write.kind === 'authorities/create')
    assert.equal(create?.restore, true)
    const first = { ...application, certificates: new Map() }
    const own = observed.peers.units.get('etcd/0')
    assert.ok(own)
    const { certificates: _one, authorities: _two, ...databag } = own.databag
    const units = new Map([['etcd/0', { ...own, databag }]])
    const born = decide({ ...observed, peers: { ...observed.peers, units, application: first } })
    const [made] = born.writes.filter((write) => write.kind === 'authorities/create')
    assert.equal(made?.restore, false)
  })

  it('that says what this revision can not read is not taken for one that says nothing', () => {
    const databag = { founding: '{"v":2}', authorities: 'x', 'certificates.etcd/0': '[]', options: '' }
    assert.deepEqual(parsePeerApplication(databag).unreadable.toSorted(), [
      'authorities',
      'certificates.etcd/0',
      'founding',
    ])
    const ledger = printLedger(ledgerOf([[relationKey(5), accepted('web')]]))
    assert.deepEqual(unreadableRows(ledger), [])
    assert.deepEqual(unreadableRows({ ...ledger, 'client.6': '{"state":"adored"}' }), ['client.6'])
    const observed = running(settled())
    assert.ok(observed.peers)
    const application = { ...observed.peers.application, unreadable: ['client.6', 'founding'] }
    const plan = decide({ ...observed, peers: { ...observed.peers, application } })
    assert.deepEqual([plan.steps, plan.writes], [[], []])
    assert.deepEqual(plan.conditions[0]?.status, 'blocked')
  })
})

it('who was cut off stays so where the note is gone of what etcd trusts', () => {
  const wanted = [leaf('web')]
  const none = { serials: new Set<string>(), strangers: false }
  const serial = wanted[0]?.serial ?? ''
  assert.deepEqual(serialsToRevoke({ loaded: undefined, revoked: ['17', serial] }, wanted, none), ['17'])
})
