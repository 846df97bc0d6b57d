import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../src/charm/decide.ts'
import type { Observed } from '../../../src/charm/observed.ts'
import { settled } from './observation.ts'
import { kinds, running } from './observed-changes.ts'

describe('on a machine where another unit of this charm runs etcd', () => {
  const observed = running(settled())
  const guest = { ...observed, machine: { ...observed.machine, occupant: 'etcd/7', loaded: undefined } }

  it('a unit does nothing and says where to go', () => {
    assert.deepEqual(decide(guest), {
      steps: [],
      writes: [],
      toCount: [],
      conditions: [
        {
          status: 'blocked',
          message: 'etcd/7 runs etcd on this machine; remove this unit and add it on another machine',
          scope: 'unit',
        },
      ],
    })
  })

  it('a unit that is removed says that it leaves', () => {
    const { steps, conditions } = decide({ ...guest, leaving: true })
    assert.deepEqual(steps, [])
    assert.deepEqual(
      conditions.map(({ message }) => message),
      ['leaving'],
    )
  })
})

describe('a unit whose storage has lost its data', () => {
  const observed = running(settled())
  const machine = { ...observed.machine, data: false, service: 'failed' as const }
  const emptied: Observed = {
    ...observed,
    machine,
    etcd: { kind: 'down', why: 'nobody listens', standing: undefined },
  }

  it('says so, and does not begin another cluster in its place', () => {
    const { steps, conditions } = decide(emptied)
    assert.ok(!kinds(steps).some((kind) => kind.startsWith('service/')), kinds(steps).join())
    assert.match(conditions[0]?.message ?? '', /^the data is gone from the storage of this unit; /)
  })

  it('that never ran etcd here waits for its turn', () => {
    const { conditions } = decide({ ...emptied, machine: { ...machine, loaded: undefined } })
    assert.doesNotMatch(conditions[0]?.message ?? '', /the data is gone/)
  })
})

describe('a service that an older version of the charm defined', () => {
  it('is defined anew, and etcd runs on', () => {
    const observed = running(settled())
    const { steps } = decide({ ...observed, machine: { ...observed.machine, serviceDefined: false } })
    assert.deepEqual(kinds(steps), ['service/define'])
  })

  it('is not there before etcd is installed', () => {
    const observed = settled()
    const machine = { ...observed.machine, workload: undefined, serviceDefined: false }
    assert.ok(!kinds(decide({ ...observed, machine }).steps).includes('service/define'))
  })
})
