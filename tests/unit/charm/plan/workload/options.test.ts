import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { Observed } from '../../../../../src/charm/observed.ts'
import { wantedWorkload } from '../../../../../src/charm/plan/workload/wanted.ts'
import { type Options, parseConfig } from '../../../../../src/config.ts'
import { ledgerOf, settled } from '../../observation.ts'
import { running } from '../../observed-changes.ts'

function told(options: Options, record: Options = {}, more: Partial<Observed> = {}): Observed {
  const observed = settled()
  const peers = observed.peers && {
    ...observed.peers,
    application: { ...observed.peers.application, options: record },
  }
  return { ...observed, peers, config: parseConfig(options, record), ...more }
}

function configuration(observed: Observed): string {
  return wantedWorkload(observed, ledgerOf([]))?.files.configuration ?? ''
}

describe('options', () => {
  it('are noted by the leader once they are in force, and not again', () => {
    const noted = (observed: Observed) =>
      decide(observed).writes.filter(({ kind }) => kind === 'options/write')
    const options = { 'snapshot-count': 500 }
    assert.deepEqual(noted(told(options)), [
      { kind: 'options/write', options, why: 'other options are in force' },
    ])
    assert.deepEqual(noted(told(options, options)), [])
    assert.deepEqual(noted(told({}, options)), [
      { kind: 'options/write', options: {}, why: 'other options are in force' },
    ])
    assert.deepEqual(noted(told(options, {}, { leader: false })), [])
  })

  it('that are invalid are not noted: the record stays', () => {
    const { writes, conditions } = decide(running(told({ 'snapshot-count': 1 }, { 'snapshot-count': 500 })))
    assert.deepEqual(writes, [])
    assert.deepEqual(conditions, [
      {
        status: 'blocked',
        message: 'option snapshot-count is invalid; set it to 100 to 1000000 entries',
        scope: 'unit',
      },
    ])
  })

  it('reach etcd’s configuration', () => {
    const text = configuration(
      told({
        'snapshot-count': 500,
        'heartbeat-interval': 50,
        'election-timeout': 700,
        'max-request-bytes': 100_000,
      }),
    )
    for (const line of [
      'snapshot-count: 500',
      'heartbeat-interval: 50',
      'election-timeout: 700',
      'max-request-bytes: 100000',
    ])
      assert.ok(text.includes(`${line}\n`), line)
  })

  it('that are invalid keep the old setting in force, and what else changes goes on', () => {
    const observed = told({ 'snapshot-count': 1, 'log-level': 'debug' }, { 'snapshot-count': 500 })
    const moved = { ...observed, addresses: { peer: '10.0.0.9', client: '10.0.0.9', names: ['10.0.0.9'] } }
    const text = configuration(moved)
    assert.match(text, /^snapshot-count: 500$/m)
    assert.match(text, /^log-level: debug$/m)
    assert.match(text, /^listen-peer-urls: https:\/\/10\.0\.0\.9:2380/m)
  })

  it('restart a member when they change, for that reason', () => {
    const before = running(told({}))
    const after = { ...before, config: parseConfig({ 'heartbeat-interval': 50 }) }
    const steps = decide(after).steps.map(({ kind, why }) => [kind, why])
    assert.deepEqual(steps, [['service/restart', 'its configuration has changed']])
  })
})
