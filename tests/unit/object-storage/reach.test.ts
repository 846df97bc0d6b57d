import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ObjectMissing,
  StoreRefused,
  StoreUnavailable,
  StoreUntrusted,
} from '../../../src/object-storage/port.ts'
import { explainFailure, reach } from '../../../src/object-storage/reach.ts'

const call = 'head x'

test('a request that gets no answer ends in time, whether its client heeds the signal or not', async () => {
  let tries = 0
  const silent = (): Promise<never> => {
    tries += 1
    return new Promise(() => {})
  }
  const began = performance.now()
  await assert.rejects(reach(silent, { call, deadlineMs: 20 }), StoreUnavailable)
  assert.equal(tries, 4)
  assert.ok(performance.now() - began < 10_000)
})

test('the end of the process ends what waits for its next try, and nothing that is begun then', async () => {
  const ends = new AbortController()
  let tries = 0
  const fails = async (): Promise<never> => {
    tries += 1
    setImmediate(() => ends.abort(new Error('it was ended')))
    throw new StoreUnavailable('busy', { call, code: '503' })
  }
  await assert.rejects(reach(fails, { call, ends: ends.signal }), /^Error: it was ended$/)
  assert.equal(tries, 1)
  assert.equal(await reach(async () => 'taken back', { call: 'abort x', ends: ends.signal }), 'taken back')
})

test('what fetch wraps is told as what it is', () => {
  const wrapped = (code: string): TypeError => {
    const cause = Object.assign(new Error(`it was ${code}`), { code })
    return new TypeError('fetch failed', { cause })
  }
  const kinds = [
    ['ECONNREFUSED', StoreUnavailable],
    ['UND_ERR_SOCKET', StoreUnavailable],
    ['ENOTFOUND', StoreUnavailable],
    ['SELF_SIGNED_CERT_IN_CHAIN', StoreUntrusted],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', StoreUntrusted],
    ['ERR_TLS_CERT_ALTNAME_INVALID', StoreUntrusted],
    ['CERT_HAS_EXPIRED', StoreUntrusted],
  ] as const
  for (const [code, kind] of kinds) {
    const failure = explainFailure(wrapped(code), call)
    assert.ok(failure instanceof kind, `${code}: ${failure.name}`)
    assert.equal(failure.message, `head x: it was ${code}`)
  }
  assert.ok(explainFailure(new SyntaxError('Unexpected token <'), call) instanceof StoreRefused)
})

test("a store's own failure passes as it is", async () => {
  const missing = new ObjectMissing('no', { call, code: 'NoSuchKey' })
  assert.equal(explainFailure(missing, 'other'), missing)
  await assert.rejects(
    reach(async () => assert.fail(missing), { call }),
    (error) => error === missing,
  )
})
