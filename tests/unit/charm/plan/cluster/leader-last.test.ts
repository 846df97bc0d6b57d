import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { Observed } from '../../../../../src/charm/observed.ts'
import { dueLikeThis } from '../../../../../src/charm/plan/cluster/leader-last.ts'
import { parseConfig } from '../../../../../src/config.ts'
import { settled } from '../../observation.ts'
import { kinds, running } from '../../observed-changes.ts'
import { member } from './members.ts'

/** etcd/0 of three, all of which run with the same, and an option has changed. */
function rolling(leads: number, restarted: readonly number[], more: Partial<Observed> = {}): Observed {
  const observed = running(settled())
  const own = observed.peers?.units.get('etcd/0')
  assert.ok(observed.peers && own && observed.etcd.kind === 'up')
  const units = [0, 1, 2].map((nth) => {
    const changed = restarted.includes(nth) && { settings: 'restarted into others' }
    return [`etcd/${nth}`, { ...own, databag: { ...own.databag, ...changed } }] as const
  })
  const members = [0, 1, 2].map((nth) => member(nth, { leads: nth === leads }))
  return {
    ...observed,
    config: parseConfig({ 'snapshot-count': 500 }),
    peers: { ...observed.peers, units: new Map(units) },
    etcd: { ...observed.etcd, members },
    ...more,
  }
}

const restarts = (observed: Observed): readonly string[] =>
  kinds(decide(observed).steps).filter((kind) => kind.startsWith('service/'))

describe('the raft leader, in a roll', () => {
  it('goes last: not while one of the others runs with what it runs with', () => {
    assert.deepEqual(restarts(rolling(0, [])), ['service/yield'])
    assert.deepEqual(restarts(rolling(0, [1])), ['service/yield'])
    assert.deepEqual(restarts(rolling(0, [1, 2])), ['service/restart'])
  })

  it('goes all the same where the others have had their time', () => {
    assert.deepEqual(restarts(rolling(0, [], { insists: true })), ['service/restart'])
  })

  it('is not waited for by the others', () => {
    assert.deepEqual(restarts(rolling(1, [])), ['service/restart'])
  })

  it('goes at once for what is its own affair', () => {
    const observed = rolling(0, [], { config: parseConfig({}) })
    const machine = { ...observed.machine, startDefined: false }
    assert.deepEqual(restarts({ ...observed, machine }), ['service/restart'])
  })

  it('hands over to one that has been restarted', () => {
    const observed = rolling(0, [1])
    const [step] = decide({ ...observed, insists: true }).steps
    assert.ok(step?.kind === 'service/restart' && observed.etcd.kind === 'up' && observed.etcd.members)
    assert.deepEqual(dueLikeThis(observed, step.loading, observed.etcd.members), ['etcd-2'])
  })
})
