// What one request may have, row by row; and that nobody has what is another's, whatever it names and in whatever order it comes.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RelationSeen } from '../../../../src/charm/observed.ts'
import { nextLedger } from '../../../../src/charm/plan/ledger.ts'
import type { Leaf, Ledger } from '../../../../src/interfaces/ledger.ts'
import { accepted, leaf, ledgerOf, relationKey, settled } from '../observation.ts'
import { withClients, withLedger } from '../observed-changes.ts'

interface Ask {
  readonly leaf: Leaf
  readonly prefix?: string
  readonly secret?: string
}

function asks(rows: readonly Ask[], more: { readonly excess?: number } = {}): RelationSeen {
  const requests = rows.map(({ leaf: of, prefix = '/a/', secret }, at) => ({
    asked: { request: `r${at}`, prefix, echo: {} },
    certificate: { kind: 'leaf', leaf: of, secret } as const,
  }))
  return { kind: 'requests', application: 'web', protocol: 'v1', requests, ...more }
}

function judge(relations: Readonly<Record<number, RelationSeen>>, before = ledgerOf([])): Ledger {
  const rows = Object.entries(relations).map(([id, seen]) => [Number(id), seen] as const)
  const recorded = [...before.entries.values()].map(({ key, entry }) => [key, entry] as const)
  return nextLedger(withClients(withLedger(settled(), recorded), { relations: new Map(rows) }))
}

function verdicts(ledger: Ledger): Readonly<Record<string, string>> {
  const rows = [...ledger.entries].map(([name, { entry }]) => [
    name.replace('client.', ''),
    entry.state === 'accepted' ? 'accepted' : entry.code,
  ])
  return Object.fromEntries(rows)
}

describe('a prefix', () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ['plain', '/a/', 'accepted'],
    ['without a slash', 'a', 'accepted'],
    ['of a byte that ends high', 'ÿ', 'accepted'],
    ['of the last character there is', '\u{10ffff}', 'accepted'],
    ['of 512 bytes', 'a'.repeat(512), 'accepted'],
    ['of 513 bytes', 'a'.repeat(513), 'prefix-invalid'],
    ["of the charm's own keys", '\0etcd-charm/', 'prefix-invalid'],
    ['of NUL', '\0', 'prefix-invalid'],
    ['with a line feed', '/a\n/b', 'prefix-invalid'],
    ['in another script', '/用户/', 'accepted'],
    ['with the next line', '/a\u0085', 'prefix-invalid'],
    ['with another way to escape', '/a\u009b2J', 'prefix-invalid'],
    ['that turns the direction of what follows', '/a\u202e', 'prefix-invalid'],
    ['with the end of a paragraph', '/a\u2029', 'prefix-invalid'],
    ['of half a character, which to etcd is any half', '/a\ud800', 'prefix-invalid'],
    ['with an escape character', '/a\u001b[2J', 'prefix-invalid'],
  ]
  for (const [name, prefix, verdict] of rows) {
    it(`${name}: ${verdict}`, () => {
      assert.deepEqual(verdicts(judge({ 5: asks([{ leaf: leaf('alice'), prefix }]) })), { '5.r0': verdict })
    })
  }
})

describe('a secret', () => {
  const secret = 'c000000000000000000g'
  const victim = relationKey(7, 'r0')
  const denied = {
    state: 'refused',
    application: 'thief',
    protocol: 'v1',
    echo: {},
    code: 'secret-denied',
    detail: '',
    secret,
  } as const

  it("of another client brings the thief nothing, not even the owner's next common name", () => {
    const before = ledgerOf([[victim, accepted('alice', { secret })]])
    const next = asks([{ leaf: leaf('alice-2'), secret }])
    assert.deepEqual(verdicts(judge({ 3: next, 7: next }, before)), {
      '3.r0': 'secret-taken',
      '7.r0': 'accepted',
    })
  })

  it('that was denied to the thief before the owner came is the owner’s', () => {
    const before = ledgerOf([[relationKey(3, 'r0'), denied]])
    const both = asks([{ leaf: leaf('alice'), secret }])
    assert.deepEqual(verdicts(judge({ 3: both, 7: both }, before)), {
      '3.r0': 'secret-taken',
      '7.r0': 'accepted',
    })
  })
})

describe('a relation that asks for much', () => {
  it('is served the first of its requests, and told of the others in one line', () => {
    const ledger = judge({ 5: asks([{ leaf: leaf('alice') }], { excess: 4_900 }) })
    assert.deepEqual(verdicts(ledger), { '5.+': 'too-many-requests', '5.r0': 'accepted' })
    assert.deepEqual(verdicts(judge({ 5: asks([{ leaf: leaf('alice') }]) }, ledger)), { '5.r0': 'accepted' })
  })

  it('fills a quarter of the truststore and leaves the rest to others', () => {
    const long = (name: string): Ask => ({ leaf: { ...leaf(name), subjectSize: 1_000 } })
    const many = Array.from({ length: 30 }, (_, at) => long(`greedy-${at}`))
    const ledger = judge({ 5: asks(many), 6: asks([long('alice')]) })
    const served = [...ledger.entries.values()].filter(({ entry }) => entry.state === 'accepted')
    assert.equal(served.filter(({ key }) => key.relation === 5).length, 14)
    assert.equal(served.filter(({ key }) => key.relation === 6).length, 1)
  })
})
