// A member that lets nobody in: it restarts with the truststore that it should have, once in a hook, and says what is the matter.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import { noQuorumExists } from '../../../../../src/charm/plan/cluster/guards.ts'
import type { Observed } from '../../../../../src/charm/observed.ts'
import { access, accepted, relationKey, settled } from '../../observation.ts'
import { kinds, running, withLedger } from '../../observed-changes.ts'

const alice = accepted('alice', { served: true, answeredAs: 'alice' })
const sound = running(withLedger(settled(), [[relationKey(4), alice]]), { alice: access('alice') })
const words = 'socket disconnected before secure TLS connection was established'

function locked(observed: Observed, again: boolean): Observed {
  const etcd = { kind: 'down', why: words, standing: undefined, lockedOut: { words, again } } as const
  return { ...observed, etcd }
}

describe('a member that lets nobody in', () => {
  it('restarts, and says why', () => {
    const { steps, conditions } = decide(locked(sound, false))
    assert.ok(kinds(steps).includes('service/restart'))
    assert.match(conditions[0]?.message ?? '', /lets nobody in .+; wait until it has restarted/)
  })

  it('has its truststore back with its restart, where somebody else has written it', () => {
    const files = { ...sound.machine.files, truststore: 'of somebody else' }
    const { steps } = decide(locked({ ...sound, machine: { ...sound.machine, files } }, false))
    const [restart] = steps
    assert.ok(restart?.kind === 'service/restart')
    assert.deepEqual(restart.files, { truststore: sound.machine.files.truststore })
    assert.deepEqual(kinds(steps), ['service/restart'])
  })

  it('does not restart again in the hook in which that came to nothing', () => {
    const { steps, conditions } = decide(locked(sound, true))
    assert.deepEqual(steps, [])
    assert.equal(conditions[0]?.status, 'blocked')
    assert.match(conditions[0]?.message ?? '', /lets nobody in .+ nor did a restart help; remove clients/)
  })

  it('is no reason to recover a quorum', () => {
    assert.equal(noQuorumExists.holds(locked(sound, false)), false)
  })
})

describe('a truststore that locked its member up at its start', () => {
  it('is left for the last that worked', () => {
    const { loaded } = sound.machine
    assert.ok(loaded)
    const begun = { loading: { ...loaded, leaves: [] }, before: 'earlier', at: 1, lockedOut: words }
    const run = { ...sound.machine.run, invocation: 'later', begun, proven: true }
    const machine = { ...sound.machine, service: 'inactive' as const, run }
    const [step] = decide({ ...sound, machine, etcd: { kind: 'unasked' } }).steps
    assert.ok(step?.kind === 'service/go-back')
    assert.deepEqual([step.part, step.to], ['trust', loaded])
  })
})
