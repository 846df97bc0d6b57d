import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import { holdOf } from '../../../../../src/charm/plan/refresh/hold.ts'
import { kinds } from '../../observed-changes.ts'
import { atRest } from '../workload/at-rest.ts'
import { type Cluster, clusterOf, hold, old, three } from './standing.ts'

describe('what is refused before anything stops', () => {
  const from = (version: string, to: string, more: Partial<Cluster> = {}): string | undefined => {
    const found = hold({ units: three(version), self: 2, to, ...more })
    return found?.kind === 'refused' ? found.guard : found?.kind
  }

  const rows: readonly (readonly [
    why: string,
    from: string,
    to: string,
    more: Partial<Cluster>,
    guard: string | undefined,
  ])[] = [
    ['a patch up', '3.5.16', '3.5.30', {}, undefined],
    ['the same version, built anew', '3.5.30', '3.5.30', {}, undefined],
    ['a minor up from a patch that is safe to leave', '3.5.26', '3.6.4', {}, undefined],
    ['a minor up from one that is not', '3.5.25', '3.6.4', {}, 'leaves-a-safe-patch'],
    ['two minors', '3.5.30', '3.7.0', {}, 'version-is-known'],
    ['a line that nobody knows', '3.4.30', '3.4.31', { cluster: '3.4.0' }, 'version-is-known'],
    [
      'two minors at once, of lines that are known',
      '3.4.30',
      '3.6.4',
      { cluster: '3.4.0' },
      'one-minor-at-a-time',
    ],
    ['a lower minor than the cluster', '3.6.16', '3.5.30', { cluster: '3.6.0' }, 'not-below-the-cluster'],
    ['a lower minor that etcd was asked for', '3.6.16', '3.5.30', { cluster: '3.5.0' }, undefined],
    ['a lower patch', '3.5.30', '3.5.16', {}, 'lower-patch-is-a-rollback'],
    [
      'a minor up with keys of the v2 API',
      '3.5.30',
      '3.6.4',
      { machine: { hasV2Content: true } },
      'no-v2-content-is-kept',
    ],
    [
      'a minor up with a learner',
      '3.5.30',
      '3.6.4',
      { members: (nth) => ({ learner: nth === 1 }) },
      'all-members-vote',
    ],
  ]
  for (const [why, version, to, more, guard] of rows)
    it(`${why}: ${guard ?? 'goes'}`, () => assert.equal(from(version, to, more), guard))

  it('is blocked in words with the remedy, and etcd is left alone', () => {
    const { steps, conditions } = decide(clusterOf({ units: three('3.5.16'), self: 2, to: '3.6.16' }))
    assert.deepEqual(
      kinds(steps).filter((kind) => kind.startsWith('service')),
      [],
    )
    const told = conditions.find(({ message }) => message.startsWith('etcd 3.6.16 is not taken'))
    assert.equal(told?.status, 'blocked')
    assert.match(told?.message ?? '', /refresh to 3\.5\.26 or newer first$/)
  })

  it('an operator may answer for what is not safe, and not for what etcd would not start with', () => {
    const forced = (version: string, to: string, cluster: string, more?: Partial<Cluster>) => {
      const order = { release: 'new', compatibility: false }
      const units = three(version).map((row, nth) => (nth === 2 ? { ...row, told: { ...old, order } } : row))
      const found = hold({ units, self: 2, to, cluster, ...more })
      return found?.kind === 'refused' ? found.guard : found?.kind
    }
    assert.equal(forced('3.5.16', '3.6.4', '3.5.0'), undefined)
    assert.equal(forced('3.6.16', '3.5.30', '3.6.0'), 'not-below-the-cluster')
    const v2 = { machine: { hasV2Content: true } }
    assert.equal(forced('3.5.30', '3.6.4', '3.5.0', v2), 'no-v2-content-is-kept')
  })

  it('is what fails before the first unit, in 64 characters', () => {
    const rotating = clusterOf({ units: three('3.5.30'), self: 2, to: '3.5.31' })
    assert.ok(rotating.peers && rotating.machine.prepared)
    const application = { ...rotating.peers.application, rotation: 'renew' } as const
    const found = holdOf(
      { ...rotating, peers: { ...rotating.peers, application } },
      rotating.machine.prepared,
    )
    assert.deepEqual(found, { kind: 'check', what: 'the authorities are being replaced' })
  })

  it('a minor up wants a backup of the day, where a store is related', () => {
    const backed = (backup: number): string | undefined => {
      const units = three('3.5.30').map((row) => ({ ...row, told: { ...row.told, backup } }))
      return hold({ units, self: 2, to: '3.6.16' })?.kind
    }
    const { now } = atRest()
    assert.equal(backed(0), 'check')
    assert.equal(backed(now - 25 * 3_600_000), 'check')
    assert.equal(backed(now - 3_600_000), undefined)
  })
})

it('what the leader wrote in a later format blocks, and nothing is done', () => {
  const observed = atRest()
  assert.ok(observed.peers)
  const application = { ...observed.peers.application, later: true }
  const { steps, writes, conditions } = decide({ ...observed, peers: { ...observed.peers, application } })
  assert.deepEqual([steps, writes], [[], []])
  assert.match(conditions[0]?.message ?? '', /later revision of the charm; roll forward/)
})
