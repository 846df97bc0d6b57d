import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import {
  printRefusals,
  refusalConditions,
  whoRefused,
} from '../../../../../src/charm/plan/workload/next-start.ts'
import { kinds } from '../../observed-changes.ts'
import { atRest, binaries, loadedBy, newer, on, patched, resumed } from './at-rest.ts'

describe('a start that came to nothing', () => {
  const before = atRest()
  const tried = { ...loadedBy(before), version: '3.6.16', archive: 'new', settings: 'others' }
  const ended = on(
    { ...before, etcd: { kind: 'unasked' } },
    { service: 'failed', workload: newer },
    { begun: { loading: tried, before: '0', at: 1 } },
  )

  it('is gone back from, and the release is to blame before the options are', () => {
    const { steps } = decide(ended)
    assert.deepEqual(kinds(steps), ['service/go-back'])
    const [back] = steps
    assert.ok(back?.kind === 'service/go-back')
    assert.deepEqual([back.part, back.value, back.to.archive], ['release', 'new', 'old'])
  })

  it('is gone back from again where the hook died on the way back, after etcd was stopped for it', () => {
    for (const part of [{ release: 'new' }, { settings: 'others' }]) {
      const refuses = { ...part, words: 'invalid downgrade', at: 2 }
      const stopped = on(
        ended,
        { service: 'inactive' },
        { begun: { loading: tried, before: '0', at: 1, refuses } },
      )
      assert.deepEqual(kinds(decide(stopped).steps), ['service/go-back'])
    }
    const later = on(ended, { service: 'inactive' }, { refused: { release: 'new', words: '', at: 0 } })
    assert.ok(!kinds(decide(later).steps).includes('service/go-back'))
  })

  it('is held back on the way back already, and told to nobody before etcd serves again', () => {
    const refuses = { release: 'new', words: 'invalid downgrade', at: 2 }
    const begun = { loading: loadedBy(before), before: '0', at: 2, refuses }
    const ready = { ...resumed(on(atRest(), { prepared: patched })), etcd: { kind: 'unasked' } } as const
    for (const service of ['failed', 'inactive'] as const) {
      const back = on(ready, { service, workload: binaries }, { begun })
      const { steps, writes, conditions } = decide(back)
      const start = steps.find((step) => step.kind === 'service/start')
      assert.ok(start?.kind === 'service/start' && !start.switches)
      assert.ok(!JSON.stringify(writes).includes('"refuses"'))
      assert.ok(!conditions.some(({ message }) => message.includes('went back')))
    }
  })

  it('that its machine failed is tried again after some minutes, and nobody else is told', () => {
    const refused = { release: 'new', words: 'memory ran out', at: 1000, ofMachine: true }
    const seen = (now: number) => ({ ...on(before, {}, { refused }), now })
    const minute = 60_000
    for (const [now, who] of [
      [1000, before.unit],
      [1000 + 4 * minute, before.unit],
      [1000 + 6 * minute, undefined],
      // By a clock that was ahead when it was noted.
      [0, undefined],
    ] as const) {
      assert.equal(whoRefused(seen(now), 'release', 'new'), who, String(now))
      const told = refusalConditions(seen(now)).map(({ status, message }) => `${status}: ${message}`)
      assert.equal(told.length, who === undefined ? 0 : 1)
      if (who) assert.match(told[0] ?? '', /^waiting: .*its machine kept it from starting \(memory ran out\)/)
    }
    assert.deepEqual(printRefusals(refused), [])
  })

  it('with nothing new is made again', () => {
    const again = on(
      ended,
      { workload: binaries },
      { begun: { loading: loadedBy(before), before: '0', at: 1 } },
    )
    assert.deepEqual(kinds(decide(again).steps), ['service/start'])
  })

  it('on damaged data says nothing of what was new', () => {
    const damaged = on(ended, { damage: 'crc mismatch' })
    assert.ok(!kinds(decide(damaged).steps).includes('service/go-back'))
  })
})
