// The databags of tls-certificates as the field really writes them: both spellings of an error, fields that are null or missing, rubbish.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  parseTlsAnswers,
  parseTlsRequests,
  printTlsRequests,
  sameRequest,
} from '../../../src/interfaces/tls-certificates.ts'

const request = '-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n'

describe('the requests', () => {
  it('say of each that it is for no CA, without which the library drops the databag', () => {
    const { certificate_signing_requests: text = '' } = printTlsRequests([request])
    assert.deepEqual(JSON.parse(text), [{ ca: false, certificate_signing_request: request.trim() }])
    assert.deepEqual(parseTlsRequests({ certificate_signing_requests: text }), [request.trim()])
    assert.deepEqual(printTlsRequests([]), { certificate_signing_requests: undefined })
  })

  it('are the same whatever their text looks like', () => {
    assert.ok(sameRequest(request, request.replace('MIIB', ' MI\nIB ').trim()))
    assert.equal(sameRequest(request, request.replace('MIIB', 'MIIC')), false)
    assert.equal(sameRequest('x', 'x'), false)
  })
})

describe('the answers', () => {
  it('are read entry by entry, so that rubbish spoils no other', () => {
    const rows = [
      { certificate: 'c', certificate_signing_request: 'r', ca: null, chain: null, revoked: null },
      { certificate: 7 },
      'x',
      {
        certificate: 'd',
        certificate_signing_request: 's',
        ca: 'a',
        chain: ['d', 'a'],
        revoked: true,
        more: 1,
      },
    ]
    const { issued, unreadable } = parseTlsAnswers({ certificates: JSON.stringify(rows) })
    assert.deepEqual(issued, [
      { request: 'r', certificate: 'c', ca: '', chain: [], revoked: false },
      { request: 's', certificate: 'd', ca: 'a', chain: ['d', 'a'], revoked: true },
    ])
    assert.deepEqual(unreadable, ['an entry of certificates'])
    assert.deepEqual(parseTlsAnswers({ certificates: '{"a":1}' }).unreadable, ['certificates'])
  })

  it('refuse in either spelling', () => {
    const error = { code: 101, name: 'IP_NOT_ALLOWED', message: 'no addresses' }
    for (const key of ['csr', 'certificate_signing_request']) {
      const { refused } = parseTlsAnswers({ request_errors: JSON.stringify([{ [key]: 'r', error }]) })
      assert.deepEqual(refused, [{ request: 'r', code: 101, message: 'no addresses' }])
    }
  })

  it('refuse addresses only where they say so', () => {
    const says = (value: unknown) =>
      parseTlsAnswers({ capabilities: JSON.stringify({ supports_ip_sans: value }) }).refusesAddresses
    assert.deepEqual(
      [says(false), says(true), says(null), parseTlsAnswers({}).refusesAddresses],
      [true, false, false, false],
    )
  })
})
