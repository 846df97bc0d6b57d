import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { EtcdSeen, MachineSeen, Observed } from '../../../../../src/charm/observed.ts'
import { partsOf, printRefusals } from '../../../../../src/charm/plan/workload/next-start.ts'
import type { Step } from '../../../../../src/charm/step.ts'
import { noQuorumExists } from '../../../../../src/charm/plan/cluster/guards.ts'
import { parseConfig } from '../../../../../src/config.ts'
import { accepted, relationKey } from '../../observation.ts'
import { kinds, withLedger } from '../../observed-changes.ts'
import { member } from '../cluster/members.ts'
import { atRest, loadedBy, newer, on, patched, resumed } from './at-rest.ts'

function restartIn(steps: readonly Step[]): Extract<Step, { kind: 'service/restart' }> {
  const restart = steps.find((step) => step.kind === 'service/restart')
  assert.ok(restart?.kind === 'service/restart')
  return restart
}

const cutOff: EtcdSeen = { kind: 'down', why: 'it has no leader', standing: undefined }

describe('a tarball that lies ready', () => {
  const ready = resumed(on(atRest(), { prepared: newer }))

  it('is nothing but a restart that switches to it, with the configuration as that release reads it', () => {
    const { steps } = decide(ready)
    assert.deepEqual(kinds(steps), ['service/restart'])
    const { files, loading, switches } = restartIn(steps)
    assert.equal(switches, true)
    assert.equal(loading.archive, 'new')
    assert.deepEqual(Object.keys(files), ['configuration'])
    assert.match(files.configuration ?? '', /^feature-gates: /m)
    assert.doesNotMatch(files.configuration ?? '', /experimental/)
  })

  it('is not taken to a member that is down: it comes back as it was', () => {
    const { steps } = decide(on({ ...ready, etcd: { kind: 'unasked' } }, { service: 'failed' }))
    assert.deepEqual(kinds(steps), ['service/start'])
    const [start] = steps
    assert.ok(start?.kind === 'service/start')
    assert.deepEqual([start.switches, start.loading.version, start.files], [false, '3.5.30', {}])
  })

  it('is the cure where what is in force does not run any more', () => {
    const begun = { loading: loadedBy(ready), before: '0', at: 1 }
    const { steps } = decide(
      on({ ...ready, etcd: { kind: 'unasked' } }, { service: 'failed', prepared: patched }, { begun }),
    )
    const start = steps.find((step) => step.kind === 'service/start')
    assert.equal(start?.kind === 'service/start' && start.switches, true)
  })
})

describe('a start that a hook began', () => {
  const loading = { ...loadedBy(atRest()), configuration: 'another' }
  const begun = { loading, before: '1', at: 1 }

  it('goes on: it is waited for, and nothing that it reads is written', () => {
    const config = parseConfig({ 'heartbeat-interval': 50 })
    const starting = on({ ...atRest(), config, etcd: cutOff }, {}, { begun, mute: true })
    const { steps, conditions, writes } = decide(starting)
    assert.deepEqual(kinds(steps), ['service/wait'])
    assert.match(
      conditions[0]?.message ?? '',
      /^waiting for etcd to start: it reads its data since 1970-01-01/,
    )
    const told = writes.find((write) => write.kind === 'peer-unit/write')
    assert.equal(told?.kind === 'peer-unit/write' && told.unit.starts, true)
  })

  it('came off: that goes on record before anything else is judged', () => {
    assert.deepEqual(kinds(decide(on(atRest(), {}, { begun })).steps), ['service/wait'])
  })

  it('was not made, as its hook died before that: it is due as before', () => {
    const died = on(atRest(), { loaded: { ...loading } }, { begun: { ...begun, before: '1a' } })
    assert.deepEqual(
      kinds(decide(died).steps).filter((kind) => kind.startsWith('service')),
      ['service/restart'],
    )
  })

  it('that systemd makes by itself is not cut short by a restart that is due', () => {
    const config = parseConfig({ 'heartbeat-interval': 50 })
    assert.deepEqual(kinds(decide(on({ ...atRest(), config, etcd: cutOff }, {}, { mute: true })).steps), [])
  })
})

describe('a member that runs and reaches no quorum', () => {
  it('is not restarted for what would not bring it back', () => {
    const asked = [{ 'snapshot-count': 500 }, { 'log-level': 'debug' }]
    for (const options of asked) {
      const { steps } = decide({ ...atRest(), config: parseConfig(options), etcd: cutOff })
      assert.deepEqual(kinds(steps), ['service/wait-for-quorum'])
    }
    const ready = on({ ...atRest(), etcd: cutOff }, { prepared: newer })
    assert.deepEqual(kinds(decide(ready).steps), [])
  })

  it('is restarted where it listens at an address that it has no more', () => {
    const addresses = { peer: '10.0.0.9', client: '10.0.0.9', names: ['10.0.0.9'] }
    const { steps } = decide({ ...atRest(), addresses, etcd: cutOff })
    assert.deepEqual(kinds(steps), ['service/restart'])
  })

  it('is restarted where it does not trust its peers, or its elections never end', () => {
    const observed = { ...atRest(), etcd: cutOff }
    const strange = on(observed, { loaded: { ...loadedBy(observed), authorities: 'others' } })
    assert.deepEqual(kinds(decide(strange).steps), ['service/restart'])
    const hasty = { ...observed, config: parseConfig({ 'election-timeout': 5000 }) }
    assert.deepEqual(kinds(decide(hasty).steps), ['service/restart'])
  })
})

describe('a quorum that waits for a member which reads its data', () => {
  function seen(starts: boolean): Observed {
    const observed = atRest()
    const own = observed.peers?.units.get('etcd/0')
    assert.ok(observed.peers && own)
    const { endpoint: _gone, ...databag } = own.databag
    const units = new Map(
      [0, 1, 2].map((nth) => [
        `etcd/${nth}`,
        { ...own, databag: { ...databag, ...(starts && nth > 0 && { starts }) } },
      ]),
    )
    const standing = [0, 1, 2].map((nth) => member(nth, { responds: nth === 0 }))
    const etcd: EtcdSeen = { kind: 'down', why: 'it has no leader', standing }
    return { ...observed, etcd, peers: { ...observed.peers, units } }
  }

  it('is not lost: nobody is told to recover it, nor may', () => {
    const { conditions } = decide(seen(true))
    assert.equal(conditions[0]?.message, 'waiting for etcd to start on etcd/1, etcd/2')
    assert.equal(noQuorumExists.holds(seen(true)), false)
  })

  it('is lost where none of them does', () => {
    assert.match(decide(seen(false)).conditions[0]?.message ?? '', /^quorum lost: 1 of 3/)
    assert.equal(noQuorumExists.holds(seen(false)), true)
  })
})

describe('what did not run', () => {
  const words = 'invalid downgrade'
  const refused = { release: 'new', words, at: 1 }

  it('is not tried again, blocks in etcd’s words, and all else goes on', () => {
    const held = on(atRest(), { prepared: newer }, { refused })
    const { steps, conditions } = decide(held)
    assert.deepEqual(kinds(steps), [])
    assert.match(
      conditions[0]?.message ?? '',
      /does not run with the tarball \(invalid downgrade\) and went back/,
    )
    assert.equal(conditions[0]?.status, 'blocked')
    const other = decide({ ...held, config: parseConfig({ 'snapshot-count': 500 }) })
    assert.equal(restartIn(other.steps).switches, false)
  })

  it('on one member is not tried by the others, who say whom they heard it from', () => {
    const ready = on(atRest(), { prepared: newer })
    assert.ok(ready.peers)
    const own = ready.peers.units.get('etcd/0')
    assert.ok(own)
    const databag = { ...own.databag, refuses: printRefusals(refused) }
    const units = new Map([...ready.peers.units, ['etcd/1', { ...own, databag }]])
    const { steps, conditions } = decide({ ...ready, peers: { ...ready.peers, units } })
    assert.deepEqual(kinds(steps), [])
    assert.equal(conditions[0]?.message, 'etcd 3.6.16 is not taken: it did not run on etcd/1')
  })

  it('is forgotten once something else is asked for, or the same tarball is attached again', () => {
    const forgotten = (machine: Partial<MachineSeen>): readonly string[] =>
      kinds(decide(on(atRest(), machine, { refused })).steps).filter((kind) => kind === 'refusal/forget')
    const attached = { kind: 'archive', digest: 'new', anew: true } as const
    assert.deepEqual(forgotten({ prepared: newer }), [])
    assert.deepEqual(forgotten({ prepared: { ...newer, archive: 'third' } }), ['refusal/forget'])
    assert.deepEqual(forgotten({}), ['refusal/forget'])
    assert.deepEqual(forgotten({ prepared: newer, source: attached }), ['refusal/forget'])
  })

  it('of the options keeps the configuration as it is, but for an address that has changed', () => {
    const asked = { ...atRest(), config: parseConfig({ 'snapshot-count': 500 }) }
    const { settings } = partsOf(restartIn(decide(asked).steps).loading)
    const held = on(asked, {}, { refused: { settings, words, at: 1 } })
    assert.deepEqual(kinds(decide(held).steps), [])
    const addresses = { peer: '10.0.0.9', client: '10.0.0.9', names: ['10.0.0.9'] }
    assert.ok(kinds(decide({ ...held, addresses }).steps).includes('service/restart'))
  })

  it('of the certificates keeps those that are loaded, and the client waits', () => {
    const asked = withLedger(atRest(), [[relationKey(5), accepted('alice')]])
    const { trust } = partsOf(restartIn(decide(asked).steps).loading)
    const held = on(asked, {}, { refused: { trust, words, at: 1 } })
    assert.ok(!kinds(decide(held).steps).some((kind) => kind.startsWith('service/')))
    assert.match(
      decide(held).conditions[0]?.message ?? '',
      /does not run with the certificates to be trusted/,
    )
  })
})
