import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { computeRequestId, parseClientRequests } from '../../../src/interfaces/etcd-client.ts'
import { printAnswer, tlsSecret, userSecret } from '../../../src/interfaces/etcd-client-answer.ts'

describe('a v0 request', () => {
  for (const prefix of ['123', 'true', 'null', '{"a":1}', '/my/keys', '/']) {
    it(`takes the prefix ${prefix} as that very text`, () => {
      const parsed = parseClientRequests({ prefix, 'secret-mtls': 'secret:c' })
      assert.equal(parsed.kind === 'requests' && parsed.requests[0]?.prefix, prefix)
    })
  }

  it('is none while the requirer wrote nothing', () => {
    assert.deepEqual(parseClientRequests({}), { kind: 'none', protocol: 'v0' })
    assert.deepEqual(parseClientRequests({ prefix: '', 'egress-subnets': 'x' }), {
      kind: 'none',
      protocol: 'v0',
    })
    assert.deepEqual(parseClientRequests({ version: 'v1', requests: '[]' }), { kind: 'none', protocol: 'v1' })
  })

  it('is the same where the requirer says its version', () => {
    const databag = { prefix: '/test/', 'secret-mtls': 'secret:c' }
    assert.deepEqual(parseClientRequests({ ...databag, version: 'v0' }), parseClientRequests(databag))
    assert.equal(parseClientRequests({ ...databag, version: 'v0' }).kind, 'requests')
  })

  it('is there, without a certificate, as soon as the requirer says that it wants something', () => {
    const parsed = parseClientRequests({ 'requested-secrets': '["username"]' })
    assert.equal(parsed.kind, 'requests')
  })
})

describe('v1 requests', () => {
  const row = {
    resource: '/test/',
    'request-id': null,
    salt: 'Tqf80VzEkyUw3PvF',
    'secret-mtls': 'secret:c',
    'entity-type': null,
  }

  it('get the id that the library would have computed where it is null', () => {
    const parsed = parseClientRequests({ version: 'v1', requests: JSON.stringify([row]) })
    const id = computeRequestId('/test/', 'Tqf80VzEkyUw3PvF')
    assert.match(id, /^[0-9a-f]{16}$/)
    assert.equal(parsed.kind === 'requests' && parsed.requests[0]?.request, id)
  })

  it('are echoed without nulls and without a certificate', () => {
    const parsed = parseClientRequests({
      version: 'v1',
      requests: JSON.stringify([{ ...row, 'mtls-cert': 'PEM' }]),
    })
    assert.ok(parsed.kind === 'requests' && parsed.requests[0])
    assert.deepEqual(Object.keys(parsed.requests[0].echo).sort(), [
      'request-id',
      'resource',
      'salt',
      'secret-mtls',
    ])
    assert.equal(parsed.requests[0].certificate, 'PEM')
  })

  for (const [title, databag] of [
    ['text that is no JSON', { version: 'v1', requests: '[' }],
    ['JSON that is no list', { version: 'v1', requests: '{}' }],
    ['two rows with one id', { version: 'v1', requests: JSON.stringify([row, row]) }],
    ['a protocol from the future', { version: 'v9', requests: '[]' }],
  ] as const) {
    it(`are malformed, with words for their author, when they are ${title}`, () => {
      const parsed = parseClientRequests(databag)
      assert.ok(parsed.kind === 'malformed' && parsed.detail.length > 10)
    })
  }

  for (const [title, odd, id] of [
    ['an id that no databag key can hold', { ...row, 'request-id': 'a=b.c' }, 'row-2'],
    ['no object', 7, 'row-2'],
    ['a number for a secret, and an id', { ...row, 'request-id': 'b', 'secret-mtls': 5 }, 'b'],
    [
      'a number for a secret, and no id',
      { ...row, 'secret-mtls': 5 },
      computeRequestId(row.resource, row.salt),
    ],
    ['a list for a prefix', { resource: [], salt: 's' }, 'row-2'],
    ['a prefix of a megabyte', { ...row, 'request-id': 'long', resource: '/'.repeat(900_000) }, 'long'],
  ] as const)
    it(`are read one by one: one with ${title} can't be, and the others can`, () => {
      const good = { ...row, 'request-id': 'good' }
      const parsed = parseClientRequests({ version: 'v1', requests: JSON.stringify([good, odd]) })
      assert.ok(parsed.kind === 'requests')
      const [first, second] = parsed.requests
      assert.deepEqual([first?.request, first?.malformed, first?.prefix], ['good', undefined, '/test/'])
      assert.equal(second?.request, id)
      assert.ok((second.malformed ?? '').length > 10)
      assert.ok(JSON.stringify(second).length < 500)
    })

  for (const [title, range, prefix, unnamed] of [
    ['by the name of v0', { prefix: '/other/' }, '/other/', undefined],
    ['by that name beside a null', { resource: null, prefix: '/other/' }, '/other/', undefined],
    ['empty, which is every key', { resource: '' }, '', undefined],
    ['not at all', {}, '', true],
    ['by a null, which is not at all', { resource: null }, '', true],
  ] as const)
    it(`name their range ${title}`, () => {
      const { resource: _usual, ...others } = row
      const requests = JSON.stringify([{ ...others, ...range }])
      const parsed = parseClientRequests({ version: 'v1', requests })
      assert.ok(parsed.kind === 'requests')
      assert.deepEqual([parsed.requests[0]?.prefix, parsed.requests[0]?.unnamed], [prefix, unnamed])
    })

  it('have a prefix of 512 bytes in any script', () => {
    const resource = `/${'用'.repeat(170)}/`
    const parsed = parseClientRequests({ version: 'v1', requests: JSON.stringify([{ ...row, resource }]) })
    assert.ok(parsed.kind === 'requests')
    assert.deepEqual([parsed.requests[0]?.prefix, parsed.requests[0]?.malformed], [resource, undefined])
  })

  it('never throw, whatever a remote application writes', () => {
    const databag = fc.dictionary(
      fc.constantFrom('version', 'requests', 'prefix', 'secret-mtls'),
      fc.oneof(fc.string(), fc.json()),
    )
    fc.assert(
      fc.property(databag, (bag) =>
        ['none', 'requests', 'malformed'].includes(parseClientRequests(bag).kind),
      ),
    )
  })
})

describe('an answer', () => {
  const response = { request: '', echo: {}, secretUser: 'secret://m/u', secretTls: 'secret://m/t' }
  const basics = { endpoints: '10.0.0.1:2379', version: '3.6.4', statuses: [], noted: [] }

  it('is flat for v0, with the etcd version at the top', () => {
    const printed = printAnswer({ ...basics, protocol: 'v0', responses: [response] })
    assert.equal(printed.version, '3.6.4')
    assert.equal(printed.endpoints, '10.0.0.1:2379')
    assert.equal(printed['secret-user'], 'secret://m/u')
  })

  it('has `version: v1`, and in `data` every id that it answers, for v1 (C83)', () => {
    const echo = { resource: '/test/', salt: 's', 'request-id': 'abc' }
    const printed = printAnswer({
      ...basics,
      protocol: 'v1',
      responses: [{ ...response, request: 'abc', echo }],
    })
    assert.equal(printed.version, 'v1')
    assert.equal(printed.endpoints, undefined)
    assert.deepEqual(Object.keys(JSON.parse(printed.data ?? '')), ['abc'])
    assert.equal(JSON.parse(printed.requests ?? '')[0].version, '3.6.4')
  })

  it('has nothing of an earlier answer where nothing is answered any more (C83)', () => {
    for (const protocol of ['v0', 'v1'] as const) {
      const printed = printAnswer({ ...basics, protocol, responses: [] })
      const left = Object.entries(printed).filter(([, value]) => value !== undefined)
      assert.deepEqual(Object.fromEntries(left), {
        status: '[]',
        ...(protocol === 'v1' && { version: 'v1' }),
      })
    }
  })

  it('says under `data` which statuses a v1 requirer has seen, apart from those of now (C85)', () => {
    const [old, fresh] = [4001, 5010].map((code) => ({ code, message: 'm', resolution: 'r' }))
    assert.ok(old && fresh)
    const printed = printAnswer({
      ...basics,
      protocol: 'v1',
      responses: [{ ...response, request: 'abc' }],
      statuses: [fresh],
      noted: [old],
    })
    assert.deepEqual(JSON.parse(printed.status ?? ''), [fresh])
    assert.deepEqual(JSON.parse(printed.data ?? '').status, { 4001: old })
  })

  it('says that TLS is on as each protocol reads it (C83)', () => {
    assert.equal(tlsSecret('v0', 'CA').tls, 'True')
    assert.equal(JSON.parse(tlsSecret('v1', 'CA').tls ?? ''), true)
  })

  it('gives endpoints without and uris with a scheme', () => {
    assert.deepEqual(userSecret('alice', ['10.0.0.1:2379', '[fd00::1]:2379']), {
      username: 'alice',
      uris: 'https://10.0.0.1:2379,https://[fd00::1]:2379',
    })
  })
})

describe('v1 requests without measure', () => {
  const read = (requests: string) => parseClientRequests({ version: 'v1', requests })
  const rows = (count: number, more = {}): string =>
    JSON.stringify(Array.from({ length: count }, (_, at) => ({ resource: `/${at}/`, salt: 's', ...more })))

  it('are taken up to a hundred; the others are counted', () => {
    const parsed = read(rows(5_000))
    assert.ok(parsed.kind === 'requests')
    assert.deepEqual([parsed.requests.length, parsed.excess], [100, 4_900])
    const fewer = read(rows(100))
    assert.ok(fewer.kind === 'requests' && fewer.excess === undefined)
  })

  it('more than a megabyte: malformed as a whole', () => {
    const parsed = read(`"${'x'.repeat(1_000_001)}"`)
    assert.ok(parsed.kind === 'malformed' && parsed.detail.length < 100)
  })

  for (const [title, requests] of [
    ['a request of more than 4 kB', rows(1, { more: 'x'.repeat(4_096) })],
    ['a request of more than 1 kB', rows(1, { more: 'x'.repeat(1_024) })],
    ['a request of more than 1 kB of ASCII', rows(1, { more: '用'.repeat(200) })],
    [
      'a request that is nested 400,000 deep',
      `[{"resource":"/","more":${'['.repeat(400_000)}${']'.repeat(400_000)}}]`,
    ],
  ] as const)
    it(`${title}: malformed, in words`, () => {
      const parsed = read(requests)
      const malformed = parsed.kind === 'requests' ? parsed.requests[0]?.malformed : undefined
      assert.ok(malformed !== undefined && malformed.length < 100)
    })
})
