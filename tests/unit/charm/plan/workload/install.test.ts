import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { MachineSeen } from '../../../../../src/charm/observed.ts'
import { refreshConditions } from '../../../../../src/charm/plan/refresh/conditions.ts'
import { planInstall } from '../../../../../src/charm/plan/workload/install.ts'
import { now, settled } from '../../observation.ts'
import { kinds } from '../../observed-changes.ts'

const pinned = { version: '3.6.13', channel: '3.6/stable', revision: '181' }
const installed = { kind: 'snap', version: '3.6.4', archive: undefined, revision: '150' } as const
const ready = { kind: 'snap', version: '3.6.13', archive: undefined, revision: '181' } as const

function planned(machine: Partial<MachineSeen>, again = false): readonly string[] {
  const observed = settled()
  const source = { kind: 'snap', pinned, again } as const
  return kinds(
    planInstall({ ...observed, machine: { ...observed.machine, source, workload: installed, ...machine } }),
  )
}

describe('a revision of the snap that is pinned', () => {
  const failed = { release: 'snap 181', words: 'no space left', withdrawn: false }

  it('is fetched while another one runs, once', () => {
    assert.deepEqual(planned({}), ['workload/fetch'])
    assert.deepEqual(planned({ prepared: ready }), [])
    assert.deepEqual(planned({ workload: { ...installed, revision: '181' } }), [])
  })

  it('that could not be fetched is tried again in a later hook of those that look, and in no other', () => {
    assert.deepEqual(planned({ fetchFailed: { ...failed, at: now - 1 } }), [])
    assert.deepEqual(planned({ fetchFailed: { ...failed, at: now - 1 } }, true), ['workload/fetch'])
    assert.deepEqual(planned({ fetchFailed: { ...failed, at: now } }, true), [])
  })

  it('is let go of where what runs is wanted again', () => {
    const workload = { ...installed, revision: '181' }
    assert.deepEqual(planned({ workload, prepared: { ...ready, revision: '182' } }), ['workload/fetch'])
  })

  it('is held again where snapd may refresh it by itself, whatever else there is to do', () => {
    assert.deepEqual(planned({ unheld: true }), ['workload/hold', 'workload/fetch'])
    const workload = { ...installed, revision: '181' }
    assert.deepEqual(planned({ unheld: true, workload }), ['workload/hold'])
    assert.deepEqual(planned({ workload }), [])
  })

  it('is none of the affairs of a unit that runs a tarball', () => {
    assert.deepEqual(planned({ workload: { kind: 'binaries', version: '3.6.4', archive: 'a' } }), [])
  })

  it('is fetched as well where a tarball was attached to units that run the snap, and the status says so', () => {
    const source = { kind: 'snap', pinned, besideTarball: true } as const
    assert.deepEqual(planned({ source }), ['workload/fetch'])
    const observed = settled()
    const seen = { ...observed, machine: { ...observed.machine, source, workload: installed } }
    const [told] = refreshConditions(seen)
    assert.deepEqual(
      [told?.status, told?.message],
      [
        'blocked',
        'the tarball attached as etcd is not taken: this unit runs the snap; attach an empty file: juju attach-resource etcd etcd=./empty.tar.gz',
      ],
    )
  })
})
