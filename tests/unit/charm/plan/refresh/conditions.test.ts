import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { MemberSeen } from '../../../../../src/charm/observed.ts'
import { refreshConditions } from '../../../../../src/charm/plan/refresh/conditions.ts'
import { type Cluster, clusterOf, done, half, old, three } from './standing.ts'

/** What the leader has the application's status say. */
function told(of: Cluster): readonly string[] {
  return refreshConditions({ ...clusterOf(of), leader: true }).flatMap(({ scope, status, message }) =>
    scope === 'application' ? [`${status}: ${message}`] : [],
  )
}

it('says of a release that has no room where that is to be made, and that etcd goes on', () => {
  const observed = clusterOf({ units: [{ version: '3.5.30', told: old }], self: 0, to: '3.5.31' })
  const revision = '130'
  const source = { kind: 'snap' as const, pinned: { version: '3.5.31', channel: '3.6/stable', revision } }
  const words = '/var/lib/etcd-charm has 2.0 MiB free, and 75.0 MiB are needed'
  const fetchFailed = {
    release: `snap ${revision}`,
    words,
    withdrawn: false,
    at: 1,
    folder: '/var/lib/etcd-charm',
  }
  const [condition] = refreshConditions({
    ...observed,
    machine: { ...observed.machine, source, fetchFailed, prepared: undefined },
  })
  assert.deepEqual(condition, {
    status: 'waiting',
    message: `etcd goes on as it is, and revision 130 of the snap charmed-etcd can't be fetched (${words}); make room in /var/lib/etcd-charm; the next update-status tries again`,
    scope: 'unit',
  })
})

describe('what juju status says of a refresh', () => {
  it('names the member of a unit that has not told, where its machine is off, and what to do about it', () => {
    const units = [{ version: '3.5.30', told: {} }, ...three('3.5.30').slice(1)]
    const members = (nth: number): Partial<MemberSeen> => (nth === 0 ? { responds: false } : {})
    const [away = ''] = told({ units, self: 2, to: '3.5.31', members })
    assert.match(
      away,
      /^waiting: refresh waits for etcd-0, which does not answer; bring it back, or remove its unit; back: /,
    )
    assert.deepEqual(told({ units, self: 2, to: '3.5.31' }), [
      'maintenance: finding out whether a refresh is under way: etcd/0 has not told yet; if that lasts, see its status',
    ])
  })

  it('names the units that were refreshed, and none that joined with what is wanted', () => {
    const { before: _none, ...joined } = done
    const units = [...half('3.5.30', '3.5.31'), { version: '3.5.31', told: joined }]
    assert.deepEqual(told({ units, self: 0, to: '3.5.31' }), [
      'blocked: refresh waits: check etcd/2, then run resume-refresh on etcd/1; back: juju attach-resource etcd etcd=FILE (FILE: the tarball of etcd 3.5.30)',
    ])
  })

  it('tells how many there are where their names would push the remedy out of sight', () => {
    const units = [
      { version: '3.5.30', told: old },
      ...[1, 2, 3].map(() => ({ version: '3.6.16', told: done })),
    ]
    assert.deepEqual(told({ units, self: 0, to: '3.6.16' }), [
      'blocked: point of no return: check the 3 refreshed units, then run resume-refresh on etcd/0; back: juju attach-resource etcd etcd=FILE (FILE: the tarball of etcd 3.5.30)',
    ])
  })

  it('names the point of no return where the only unit is the last one', () => {
    const units = [{ version: '3.5.30', told: old }]
    assert.deepEqual(told({ units, self: 0, to: '3.6.16' }), [
      'blocked: point of no return: run resume-refresh on etcd/0; back: juju attach-resource etcd etcd=FILE (FILE: the tarball of etcd 3.5.30)',
    ])
    // What it is refused for comes first.
    assert.deepEqual(told({ units: [{ version: '3.5.16', told: old }], self: 0, to: '3.6.16' }), [])
  })

  it('names the member that it waits for, whoever is next', () => {
    for (const nth of [0, 1, 2]) {
      const members = (of: number): Partial<MemberSeen> => (of === nth ? { responds: false } : {})
      const [message = ''] = told({
        units: half('3.5.30', '3.5.31'),
        self: 0,
        to: '3.5.31',
        members,
        options: { 'pause-after-unit-refresh': 'none' },
      })
      assert.match(
        message,
        new RegExp(`^waiting: refresh waits for etcd-${nth}, which does not answer; bring it back`),
      )
    }
  })
})

describe('a unit that does not run yet what is pinned', () => {
  const messageFor = (to: string): string | undefined =>
    refreshConditions(clusterOf({ units: three('3.5.30'), self: 1, to })).find(
      ({ scope }) => scope === 'unit',
    )?.message

  it('tells both versions', () => {
    assert.equal(messageFor('3.5.31'), 'etcd 3.5.30 running (outdated, 3.5.31 is pinned)')
  })

  it('tells the build, where it is another one of the same version', () => {
    assert.equal(messageFor('3.5.30'), 'etcd 3.5.30 running (outdated, the tarball new is pinned)')
  })
})
