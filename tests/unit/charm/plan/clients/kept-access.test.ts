// What ends nobody's access: an offer that can't be taken yet, and a clock that is wrong.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { CertificateOffer, Observed, RelationSeen } from '../../../../../src/charm/observed.ts'
import { malformedOffer } from '../../../../../src/charm/plan/clients/clients-seen.ts'
import { nextLedger } from '../../../../../src/charm/plan/clients/ledger.ts'
import { relationsToSweep } from '../../../../../src/charm/plan/clients/relations-to-sweep.ts'
import { type AcceptedEntry, ledgerKey } from '../../../../../src/interfaces/ledger.ts'
import { accepted, access, leaf, now, relationKey, settled } from '../../observation.ts'
import { kinds, running, withClients, withLedger } from '../../observed-changes.ts'

const years = 3 * 365 * 24 * 60 * 60 * 1000
const secret = 'c000000000000000000g'
const mine = 'c000000000000000001g'

function asks(name: string, certificate: CertificateOffer): RelationSeen {
  const asked = { request: '', prefix: `/${name}/`, echo: {} }
  return { kind: 'requests', application: 'web', protocol: 'v0', requests: [{ asked, certificate }] }
}

function served(name: string, more: Partial<AcceptedEntry> = {}) {
  return accepted(name, { served: true, answeredAs: name, secret: mine, ...more })
}

/** The leader looks at a client that is served, and that offers this now. */
function offers(certificate: CertificateOffer, more: Partial<AcceptedEntry> = {}): Observed {
  const rows = [
    [relationKey(5), served('alice', more)],
    [relationKey(6), served('bob', { secret })],
  ] as const
  const known = { alice: access('alice'), bob: access('bob') }
  return withClients(running(withLedger(settled(), rows), known), {
    relations: new Map([[5, asks('alice', certificate)]]),
    members: new Map([[5, 1]]),
  })
}

function entryOf(observed: Observed) {
  return nextLedger(observed).entries.get(ledgerKey(relationKey(5)))?.entry
}

function codesOf(observed: Observed): readonly number[] {
  return decide(observed).writes.flatMap((write) =>
    write.kind === 'answer/publish' && write.answer.relation === 5
      ? write.answer.statuses.map(({ code }) => code)
      : [],
  )
}

const ofTime = (code: string, named = 'c000000000000000002g') =>
  ({ kind: 'refused', code, detail: 'it begins later', secret: named }) as const

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

describe('a client that has every key while the operator takes that back', () => {
  const every = { protocol: 'v1', prefix: '', pending: { code: 'secret-not-found', detail: '' } } as const
  const allowing = (observed: Observed, allowed: boolean): Observed => {
    const inForce = { ...observed.config.inForce, 'allow-full-keyspace': allowed }
    return { ...observed, config: { ...observed.config, inForce } }
  }
  const asksForAll = (certificate: CertificateOffer, prefix = ''): RelationSeen => {
    const requests = [{ asked: { request: '', prefix, echo: {} }, certificate }]
    return { kind: 'requests', application: 'web', protocol: 'v1', requests }
  }
  const seen: Readonly<Record<string, Partial<Observed['clients']>>> = {
    'names a secret that does not exist': {
      relations: new Map([
        [5, asksForAll({ kind: 'unreadable', code: 'secret-not-found', detail: '', secret: undefined })],
      ]),
    },
    'revokes the grant': {
      relations: new Map([
        [5, asksForAll({ kind: 'unreadable', code: 'secret-denied', detail: '', secret: mine })],
      ]),
    },
    'offers a certificate that begins years ahead': {
      relations: new Map([[5, asksForAll(ofTime('certificate-not-yet-valid'))]]),
    },
    'offers one that can’t be tried': {
      relations: new Map([[5, asksForAll({ kind: 'untried', why: 'no etcdctl', secret: mine })]]),
    },
    'has its relation suspended': { relations: new Map(), suspended: new Set([5]) },
    'has a relation that Juju refuses in this hook': { relations: new Map(), refused: new Set([5]) },
  }
  for (const [title, clients] of Object.entries(seen))
    it(`and ${title}: loses it all, and keeps it where the operator still gives it`, () => {
      const observed = withClients(offers({ kind: 'missing' }, every), clients)
      const entry = entryOf(allowing(observed, false))
      assert.deepEqual(entry?.state === 'refused' && entry.code, 'full-keyspace-refused')
      assert.ok(kinds(decide(allowing(observed, false)).steps).includes('user/delete'))
      assert.equal(entryOf(allowing(observed, true))?.state, 'accepted')
    })

  it('and asks for a prefix now gives up the rest at once, though members have just been rolled', () => {
    const next = { kind: 'leaf', leaf: leaf('alice'), secret: mine } as const
    const relations = new Map([[5, asksForAll(next, '/alice/')]])
    const rows = [[relationKey(5), served('alice', every)]] as const
    const observed = withClients(withLedger(offers(next, every), rows, { renewed: now - 1 }), { relations })
    const entry = entryOf(observed)
    assert.deepEqual(entry?.state === 'refused' && [entry.code, entry.wants], [
      'common-name-leaving',
      'alice',
    ])
    assert.equal(nextLedger(observed).departed.get('alice')?.gathered, undefined)
    const waits = entryOf(allowing(observed, true))
    assert.ok(waits?.state === 'accepted' && waits.waits?.turn)
  })
})
