import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Observed } from '../../../../../src/charm/observed.ts'
import { tellRelease } from '../../../../../src/charm/plan/refresh/told.ts'
import { binaries } from '../workload/at-rest.ts'
import { clusterOf, old } from './standing.ts'

function seen(previous: string | undefined): Observed {
  const observed = clusterOf({ units: [{ version: '3.5.30', told: old }], self: 0, to: '3.5.31' })
  return {
    ...observed,
    machine: {
      ...observed.machine,
      previous: previous === undefined ? undefined : { ...binaries, archive: previous },
    },
  }
}

describe('what a unit tells of its release', () => {
  it('is what it wants, runs, and was seen to serve with', () => {
    const told = tellRelease(seen(undefined), old)
    assert.deepEqual([told?.wants, told?.runs, told?.proven, told?.before], ['new', 'old', 'old', undefined])
  })

  it('goes on telling what it ran before, where a switch back died half-way', () => {
    const told = tellRelease(seen('old'), { ...old, before: 'new' })
    assert.equal(told?.before, 'new')
    assert.equal(tellRelease(seen('third'), { ...old, before: 'new' })?.before, 'third')
  })

  it('keeps the revision of the charm that wanted what ran before', () => {
    const observed = seen(undefined)
    const told = tellRelease(
      { ...observed, machine: { ...observed.machine, charmRevision: '8' } },
      { wants: 'old', runs: 'old', charm: '7' },
    )
    assert.deepEqual([told?.charm, told?.from], ['8', '7'])
    const later = { ...observed, machine: { ...observed.machine, charmRevision: '8' } }
    assert.equal(tellRelease(later, told)?.from, '7')
  })

  it('forgets an order that was for another release', () => {
    assert.equal(tellRelease(seen(undefined), { ...old, order: { release: 'another' } })?.order, undefined)
  })
})
