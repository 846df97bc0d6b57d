// Any databag against the parser, the judge, the ledger and the answer: no error is thrown, what is kept and published is bounded, and
// both come back unchanged from a reader that is as strict as Juju's.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decide } from '../../../src/charm/decide.ts'
import type { RelationSeen, RequestSeen } from '../../../src/charm/observed.ts'
import { malformedOffer } from '../../../src/charm/plan/clients/clients-seen.ts'
import { refusals } from '../../../src/charm/plan/clients/refusals.ts'
import { printAnswer } from '../../../src/interfaces/etcd-client-answer.ts'
import { openCertificate } from '../../../src/interfaces/etcd-client-encryption.ts'
import { parseClientRequests } from '../../../src/interfaces/etcd-client.ts'
import { type Ledger, parseLedger, printLedger } from '../../../src/interfaces/ledger.ts'
import { parseSecretId } from '../../../src/juju/index.ts'
import { printSettings } from '../../../src/juju/yaml-text.ts'
import { plainLines } from '../../../src/plain-text.ts'
import { readSettings } from '../../emulator/model/read-settings.ts'
import { accepted, leaf, relationKey, settled } from '../charm/observation.ts'
import { withClients, withLedger } from '../charm/observed-changes.ts'
import { howLong } from './how-long.ts'

const odd = fc.constantFrom(
  ...['', '\0', '\x1b[2J', '\x7f', '\x85', '\x9b', '\u2028', '\u202e', '\ud800', '\ufeff', '\uffff'],
  ...['null', '[]', '{}', '"', '\\', '-----BEGIN CERTIFICATE-----', 'secret:c000000000000000000g', '../0'],
)
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.array(odd, { maxLength: 4 }).map((parts) => parts.join('')),
  fc.integer({ min: 500, max: 9_000 }).map((length) => '\u202e'.repeat(length)),
)
const ids = fc.oneof({ weight: 5, arbitrary: fc.stringMatching(/^[a-z0-9_-]{1,10}$/) }, texts)
const anything = fc.oneof(texts, fc.constant(null), fc.jsonValue({ maxDepth: 2 }))

const requests = fc.array(
  fc.oneof(
    {
      weight: 9,
      arbitrary: fc.record(
        {
          resource: fc.oneof(fc.constant('/a/'), texts),
          'request-id': ids,
          salt: texts,
          'secret-mtls': fc.oneof(fc.constant('secret:c000000000000000000g'), texts),
          'mtls-cert': texts,
          more: anything,
        },
        { requiredKeys: ['resource'] },
      ),
    },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  ),
  { maxLength: 12 },
)
const databags = fc.oneof(
  requests.map((rows) => ({ version: 'v1', requests: JSON.stringify(rows) })),
  fc.record({ prefix: texts, 'secret-mtls': texts, 'mtls-cert': texts }, { requiredKeys: [] }),
  fc.dictionary(fc.constantFrom('version', 'requests', 'prefix', 'data', 'mtls-cert'), texts),
)

/** What came of the certificates, one after the other. */
const offers = fc.oneof(
  fc.nat(5).map((at) => ({ kind: 'leaf', leaf: leaf(`client-${at}`), secret: undefined }) as const),
  fc
    .tuple(fc.constantFrom('refused', 'unreadable'), fc.constantFrom(...Object.keys(refusals)), texts)
    .map(([kind, code, detail]) => ({
      ...{ kind, code, detail },
      secret: undefined,
    })),
  texts.map((why) => ({ kind: 'untried', why, secret: undefined }) as const),
  fc.constant({ kind: 'missing' } as const),
)

function seenOf(
  databag: Readonly<Record<string, string>>,
  certificates: readonly RequestSeen['certificate'][],
): RelationSeen {
  const parsed = parseClientRequests(databag)
  const application = 'web'
  if (parsed.kind === 'none') return { kind: 'silent', application, protocol: parsed.protocol }
  if (parsed.kind === 'malformed') return { ...parsed, application }
  const rows = parsed.requests.map((asked, at) => ({
    asked,
    certificate:
      asked.malformed === undefined
        ? (certificates[at % certificates.length] ?? ({ kind: 'missing' } as const))
        : malformedOffer(asked.malformed),
  }))
  return { ...parsed, application, requests: rows }
}

function assertComesBack(settings: Readonly<Record<string, string>>): void {
  const text = printSettings(settings)
  assert.match(text, /^[\x20-\x7e]*$/)
  assert.deepEqual(readSettings(text), settings)
}

function ledgerIn(writes: ReturnType<typeof decide>['writes']): Ledger | undefined {
  return writes.flatMap((write) => (write.kind === 'ledger/write' ? [write.ledger] : []))[0]
}

test('whatever a requirer writes, what is kept and answered is bounded and readable', () => {
  fc.assert(
    fc.property(databags, fc.array(offers, { minLength: 1, maxLength: 4 }), (databag, certificates) => {
      const before = [
        [
          relationKey(5, 'known'),
          accepted('known', { protocol: 'v1', served: true, answeredAs: 'known' }),
        ] as const,
      ]
      const relations = new Map([[5, seenOf(databag, certificates)]])
      const observed = withClients(withLedger(settled(), before), { relations, members: new Map([[5, 1]]) })
      const { writes, conditions } = decide(observed)
      for (const write of writes) {
        if (write.kind !== 'answer/publish') continue
        const { answer } = write
        const responses = answer.responses.map((response) => ({
          ...response,
          secretUser: 'secret:a',
          secretTls: 'secret:b',
        }))
        const printed = printAnswer({ ...answer, endpoints: answer.endpoints.join(','), responses })
        const written = Object.fromEntries(
          Object.entries(printed).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
        )
        assertComesBack(written)
        assert.ok(JSON.stringify(written).length < 100_000)
      }
      for (const { message } of conditions) assert.equal(plainLines(message).replaceAll('\n', ' '), message)
      const ledger = ledgerIn(writes)
      if (!ledger) return
      const kept = printLedger(ledger)
      assertComesBack(kept)
      assert.ok(JSON.stringify(kept).length < 40_000)
      assert.deepEqual(printLedger(parseLedger(kept)), kept)
    }),
    howLong(0.2),
  )
})

test('whatever stands for a secret, its content or a key, is read or is none', () => {
  const tokens = fc.oneof(texts, fc.base64String({ maxLength: 400 }))
  fc.assert(
    fc.property(
      tokens,
      fc.dictionary(fc.constantFrom('encryption-key', 'other'), tokens),
      (text, content) => {
        const id = parseSecretId(text)
        assert.ok(id === undefined || /^[0-9a-v]{20}$/.test(id))
        const opened = openCertificate(content, text)
        assert.ok(opened.kind === 'text' || /^[\x20-\x7e]{1,160}$/.test(opened.why))
      },
    ),
    howLong(0.1),
  )
})
