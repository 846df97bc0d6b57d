// What one request may have, row by row; and that nobody has what is another's, whatever it names and in whatever order it comes.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RelationSeen } from '../../../../../src/charm/observed.ts'
import { nextLedger } from '../../../../../src/charm/plan/clients/ledger.ts'
import { nextInLine } from '../../../../../src/charm/plan/clients/next-in-line.ts'
import { type Leaf, type Ledger, printLedger } from '../../../../../src/interfaces/ledger.ts'
import { accepted, leaf, ledgerOf, noRules, relationKey, settled } from '../../observation.ts'
import { withClients, withLedger } from '../../observed-changes.ts'

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

describe('a client that asks by another name while the truststore is nearly full', () => {
  const long = (name: string): Leaf => ({ ...leaf(name), subjectSize: 1_000 })
  const had = accepted('alice', { protocol: 'v1', prefix: '/old/', served: true, answeredAs: 'alice' })
  const others = (count: number) =>
    Array.from(
      { length: count },
      (_, at) => [relationKey(10 + at, 'r0'), accepted(`c${at}`, { leaf: long(`c${at}`) })] as const,
    )
  const renames = { 5: asks([{ leaf: long('alice-2'), prefix: '/new/' }]) }

  it('keeps what it has until there is room, and is told', () => {
    const ledger = judge(renames, ledgerOf([[relationKey(5, 'r0'), had], ...others(59)]))
    const entry = ledger.entries.get('client.5.r0')?.entry
    assert.ok(entry?.state === 'accepted' && entry.served)
    assert.deepEqual([entry.leaf, entry.prefix, entry.waits?.turn], [leaf('alice'), '/old/', undefined])
    assert.ok(entry.waits)
    const clients = { ...settled().clients, relations: new Map() }
    assert.equal(nextInLine(ledger, clients, noRules), undefined)
    const fewer = {
      ...ledger,
      entries: new Map([...ledger.entries].filter(([name]) => name !== 'client.10.r0')),
    }
    assert.equal(nextInLine(fewer, clients, noRules), 5)
    const after = judge(renames, fewer).entries.get('client.5.r0')?.entry
    assert.equal(after?.state === 'accepted' && after.leaf.commonName, 'alice-2')
  })
})

describe('the ledger', () => {
  const big = (name: string, size: number): Leaf => ({ ...leaf(name), pem: 'x'.repeat(size) })
  const hundred = (from: number, size: number): RelationSeen =>
    asks(Array.from({ length: 100 }, (_, at) => ({ leaf: big(`c${from + at}`, size) })))
  const bytesOf = (ledger: Ledger): number => JSON.stringify(printLedger(ledger)).length
  const count = (ledger: Ledger, code: string): number =>
    Object.values(verdicts(ledger)).filter((verdict) => verdict === code).length

  it('takes a hundred usual certificates of one relation', () => {
    assert.equal(count(judge({ 5: hundred(0, 1_400) }), 'accepted'), 100)
  })

  it('takes half a megabyte of one relation, renewals among it, and refuses the rest in words', () => {
    const first = judge({ 5: hundred(0, 11_000) })
    assert.ok(count(first, 'ledger-full') > 50)
    const renewed = asks(
      Array.from({ length: 100 }, (_, at) => ({
        leaf: { ...big(`c${at}`, 11_000), fingerprint: `renewed-${at}` },
      })),
    )
    const second = judge({ 5: renewed }, first)
    assert.equal(count(second, 'accepted'), count(first, 'accepted'), 'who is in there is renewed')
    assert.ok(bytesOf(second) < 600_000, `${bytesOf(second)} bytes`)
  })

  it('never grows to what Juju no longer takes, however many relations ask', () => {
    let ledger = ledgerOf([])
    for (let relation = 1; relation <= 40; relation += 1)
      ledger = judge({ [relation]: hundred(relation * 100, 11_000) }, ledger)
    assert.ok(bytesOf(ledger) < 13_000_000, `${bytesOf(ledger)} bytes`)
    const late = judge({ 99: asks([{ leaf: big('late', 11_000) }]) }, ledger)
    assert.equal(verdicts(late)['99.r0'], 'ledger-full')
  })

  it('keeps nothing of a request that was refused and never answered but the reason, in a line', () => {
    const seen: RelationSeen = {
      kind: 'requests',
      application: 'web',
      protocol: 'v1',
      requests: [
        {
          asked: { request: 'r0', prefix: '/a/', echo: { more: 'x'.repeat(1_000) } },
          certificate: { kind: 'refused', code: 'x', detail: '1.'.repeat(9_000), secret: undefined },
        },
      ],
    }
    const entry = judge({ 5: seen }).entries.get('client.5.r0')?.entry
    assert.ok(entry?.state === 'refused')
    assert.deepEqual([entry.echo, entry.detail.length], [{}, 160])
  })

  it('keeps who was accepted while nothing can be tried, and refuses newcomers for a while', () => {
    const untried = { kind: 'untried', why: 'etcdctl is away', secret: undefined } as const
    const one = { asked: { request: 'r0', prefix: '/a/', echo: {} }, certificate: untried }
    const seen: RelationSeen = { kind: 'requests', application: 'web', protocol: 'v1', requests: [one] }
    const known = judge({ 5: asks([{ leaf: leaf('alice') }]) })
    assert.deepEqual(verdicts(judge({ 5: seen }, known)), { '5.r0': 'accepted' })
    assert.deepEqual(verdicts(judge({ 5: seen })), { '5.r0': 'certificate-untried' })
  })
})
