import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { refreshConditions } from '../../../../../src/charm/plan/refresh/conditions.ts'
import { clusterOf, three } from './standing.ts'

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
