// What ends nobody's access: an offer that can't be taken yet, and a clock that is wrong.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { CertificateOffer, Observed, RelationSeen } from '../../../../../src/charm/observed.ts'
import { conditionsOf } from '../../../../../src/charm/plan/conditions.ts'
import { malformedOffer } from '../../../../../src/charm/plan/clients/clients-seen.ts'
import { nextLedger } from '../../../../../src/charm/plan/clients/ledger.ts'
import {
  relationsToSweep,
  updateStatusEvery,
} from '../../../../../src/charm/plan/clients/relations-to-sweep.ts'
import { access, leaf, now, relationKey, settled } from '../../observation.ts'
import { kinds, running, withClients, withLedger } from '../../observed-changes.ts'
import { asks, codesOf, entryOf, mine, offers, ofTime, secret, served } from './served-client.ts'

const years = 3 * 365 * 24 * 60 * 60 * 1000
describe('a client that is served and renews', () => {
  it('with a certificate that is not valid yet keeps what it has, and is told', () => {
    const observed = offers(ofTime('certificate-not-yet-valid'))
    const entry = entryOf(observed)
    assert.ok(entry?.state === 'accepted' && entry.served)
    assert.deepEqual([entry.leaf, entry.secret], [leaf('alice'), 'c000000000000000002g'])
    assert.deepEqual(decide(observed).steps, [])
    assert.deepEqual(codesOf(observed), [4005])
    const [told] = decide(observed).conditions.filter(({ scope }) => scope === 'application')
    assert.match(told?.message ?? '', /not valid yet.*correct the clocks; alice goes on until/)
  })

  it('owns no secret by that which another client has', () => {
    const entry = entryOf(offers(ofTime('certificate-not-yet-valid', secret)))
    assert.ok(entry?.state === 'accepted')
    assert.equal(entry.secret, mine)
  })

  it('takes the renewal once it is valid, and nothing is told any more', () => {
    const pending = { code: 'certificate-not-yet-valid', detail: '' }
    const next = { kind: 'leaf', leaf: leaf('alice', 'next'), secret: mine } as const
    const entry = entryOf(offers(next, { pending }))
    assert.ok(entry?.state === 'accepted')
    assert.deepEqual(
      [entry.leaf.serial, entry.retiring?.serial, entry.pending],
      ['serial-next', 'serial-alice', undefined],
    )
  })

  it('by a secret that it has not granted yet keeps what it has, and is told', () => {
    for (const code of ['secret-denied', 'secret-not-found'] as const) {
      const observed = offers({ kind: 'unreadable', code, detail: '', secret })
      const entry = entryOf(observed)
      assert.ok(entry?.state === 'accepted' && entry.served)
      assert.equal(entry.secret, mine)
      assert.deepEqual(codesOf(observed), [code === 'secret-denied' ? 4002 : 4003])
    }
  })

  it('while etcdctl does not run keeps what it has, is told, and is looked at in each update-status', () => {
    const observed = offers({ kind: 'untried', why: 'no etcdctl', secret: mine })
    const entry = entryOf(observed)
    assert.ok(entry?.state === 'accepted' && entry.served)
    assert.deepEqual(entry.leaf, leaf('alice'))
    assert.deepEqual(codesOf(observed), [4008])
    const ledger = nextLedger(observed)
    // Also of a hook that looks at no client.
    for (const seen of [observed, withClients(observed, { relations: new Map() })]) {
      const unit = conditionsOf(seen, ledger).find(({ scope }) => scope === 'unit')
      assert.match(unit?.message ?? '', /^certificates can't be tried: no etcdctl; see that etcdctl runs/)
    }
    const suspended = { ...ledger, suspensions: new Map([[5, { since: now, shown: true }]]) }
    assert.ok(!conditionsOf(observed, suspended).some(({ message }) => message.includes("can't be tried")))
    // Others are there, of which one at a time is looked at.
    const silent = new Map([6, 7, 8].map((relation) => [relation, 'web'] as const))
    for (const turn of [0, 1, 2, 3]) {
      const sweep = { byTurns: true, now: now + turn * updateStatusEvery }
      assert.ok(relationsToSweep({ ...ledger, silent }, [5, 6, 7, 8], sweep).includes(5))
    }
  })

  it('before it was ever answered is answered once the renewal is taken: it may have no other certificate', () => {
    const answered = (certificate: CertificateOffer) =>
      decide(offers(certificate, { answeredAs: undefined })).writes.flatMap((write) =>
        write.kind === 'answer/publish' && write.answer.relation === 5
          ? write.answer.responses.map(({ username }) => username)
          : [],
      )
    assert.deepEqual(answered(ofTime('certificate-not-yet-valid')), [])
    assert.deepEqual(answered({ kind: 'leaf', leaf: leaf('alice'), secret: mine }), ['alice'])
  })

  it('with another certificate that has expired, or with none that will do, loses it as ever', () => {
    const expired = { ...leaf('alice', 'other'), notAfter: now - 1 }
    for (const offer of [
      ofTime('certificate-expired'),
      ofTime('certificate-is-ca'),
      { kind: 'leaf', leaf: expired, secret: mine } as const,
    ])
      assert.equal(entryOf(offers(offer))?.state, 'refused')
  })

  it('and waits for its turn keeps its place, though the clock is past the end of what waits', () => {
    const waits = { since: now - 1000, bytes: 10, turn: true }
    const entry = entryOf(offers(ofTime('certificate-expired'), { waits }))
    assert.ok(entry?.state === 'accepted')
    assert.deepEqual(entry.waits, waits)
  })
})

describe('a clock that is years ahead', () => {
  const names = Array.from({ length: 50 }, (_, at) => `client-${at}`)
  const known = Object.fromEntries(names.map((name) => [name, access(name)]))
  const rows = names.map((name, at) => [relationKey(at), served(name, { secret: undefined })] as const)
  const relations = new Map(
    names.map((name, at) => [at, asks(name, { kind: 'leaf', leaf: leaf(name), secret: undefined })] as const),
  )
  const sweep = (entries: Parameters<typeof withLedger>[1], at: number): Observed => ({
    ...withClients(running(withLedger(settled(), entries), known), { relations }),
    sweep: true,
    now: at,
  })

  it('ends nobody’s access; clients and the operator are told that certificates have expired', () => {
    const ahead = sweep(rows, now + years)
    const after = nextLedger(ahead)
    assert.ok([...after.entries.values()].every(({ entry }) => entry.state === 'accepted' && entry.served))
    const { conditions, steps } = decide(ahead)
    assert.ok(!kinds(steps).some((kind) => kind === 'user/delete' || kind === 'service/restart'))
    const told = conditions.find(({ message }) => message.startsWith('relation 0 '))
    assert.deepEqual(
      [told?.status, told?.message],
      [
        'blocked',
        'relation 0 (web): the certificate has expired: client-0; send a certificate that is valid now',
      ],
    )
  })

  it('and right again heals in one sweep whom an earlier version refused for it', () => {
    const expired = rows.map(
      ([key]) =>
        [
          key,
          {
            state: 'refused',
            application: 'web',
            protocol: 'v0',
            echo: {},
            code: 'certificate-expired',
            detail: '',
          },
        ] as const,
    )
    const back = sweep(expired, now)
    const ids = [...relations.keys()]
    const ledger = back.peers?.ledger ?? assert.fail()
    assert.deepEqual(relationsToSweep(ledger, ids, { byTurns: true, now }), ids)
    assert.ok([...nextLedger(back).entries.values()].every(({ entry }) => entry.state === 'accepted'))
  })
})

describe('a client that is served and asks by another id', () => {
  const asksBy = (ids: readonly string[], certificate: CertificateOffer): RelationSeen => {
    const requests = ids.map((request) => ({
      asked: { request, prefix: '/new/', echo: { request } },
      certificate,
    }))
    return { kind: 'requests', application: 'web', protocol: 'v1', requests }
  }
  const after = (ids: readonly string[], certificate: CertificateOffer) => {
    const relations = new Map([[5, asksBy(ids, certificate)]])
    const observed = withClients(offers({ kind: 'missing' }), { relations })
    const rows = [...nextLedger(observed).entries.values()].filter(({ key }) => key.relation === 5)
    return { observed, rows: rows.map(({ key, entry }) => ({ id: key.request, entry })) }
  }
  for (const [title, certificate] of [
    ['is not valid yet', ofTime('certificate-not-yet-valid')],
    ['is not granted yet', { kind: 'unreadable', code: 'secret-denied', detail: '', secret: undefined }],
    ['can’t be tried', { kind: 'untried', why: 'no etcdctl', secret: undefined }],
  ] as const) {
    it(`keeps what it has while the certificate ${title}, and is answered once it is taken`, () => {
      const { observed, rows } = after(['next'], certificate)
      const [{ id, entry } = assert.fail()] = rows
      assert.ok(rows.length === 1 && entry.state === 'accepted')
      assert.deepEqual(
        [id, entry.leaf, entry.prefix, entry.protocol],
        ['next', leaf('alice'), '/alice/', 'v1'],
      )
      assert.deepEqual([entry.echo, entry.answeredAs], [{ request: 'next' }, undefined])
      assert.ok(!kinds(decide(observed).steps).includes('user/delete'))
    })
    it(`loses it where two requests are new and the certificate ${title}`, () => {
      const { rows } = after(['next', 'other'], certificate)
      assert.ok(rows.every(({ entry }) => entry.state === 'refused'))
    })
  }
})

describe('a list of requests with one that can’t be read', () => {
  it('ends the access of that one, and of no other', () => {
    const rows = ['one', 'two'].map(
      (name) => [relationKey(5, name), served(name, { protocol: 'v1', secret: undefined })] as const,
    )
    const [one, two] = ['one', 'two'].map((request) => ({ request, prefix: `/${request}/`, echo: {} }))
    assert.ok(one && two)
    const requests = [
      { asked: one, certificate: { kind: 'leaf', leaf: leaf('one'), secret: undefined } as const },
      { asked: two, certificate: malformedOffer('too deep') },
    ]
    const seen: RelationSeen = { kind: 'requests', application: 'web', protocol: 'v1', requests }
    const known = { one: access('one'), two: access('two') }
    const observed = withClients(running(withLedger(settled(), rows), known), {
      relations: new Map([[5, seen]]),
      members: new Map([[5, 1]]),
    })
    const verdicts = [...nextLedger(observed).entries.values()].map(({ entry }) =>
      entry.state === 'refused' ? entry.code : entry.state,
    )
    assert.deepEqual(verdicts, ['accepted', 'request-malformed'])
    assert.deepEqual(codesOf(observed), [5003])
  })
})
