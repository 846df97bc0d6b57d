import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../src/charm/decide.ts'
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

describe('keys that etcd can not read, or that others can', () => {
  it('are given back to its user, and etcd runs on', () => {
    const observed = running(settled())
    const { steps } = decide({ ...observed, machine: { ...observed.machine, keysAstray: true } })
    assert.deepEqual(kinds(steps), ['keys/give'])
  })
})
