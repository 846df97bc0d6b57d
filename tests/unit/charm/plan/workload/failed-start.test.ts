import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import { kinds } from '../../observed-changes.ts'
import { atRest, binaries, loadedBy, newer, on } from './at-rest.ts'

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
      const refused = { ...part, words: 'invalid downgrade', at: 2 }
      const stopped = on(ended, { service: 'inactive' }, { refused })
      assert.deepEqual(kinds(decide(stopped).steps), ['service/go-back'])
    }
    const later = on(ended, { service: 'inactive' }, { refused: { release: 'new', words: '', at: 0 } })
    assert.ok(!kinds(decide(later).steps).includes('service/go-back'))
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
