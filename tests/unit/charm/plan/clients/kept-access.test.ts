// What ends nobody's access: an offer that can't be taken yet, and a clock that is wrong.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { CertificateOffer, Observed, RelationSeen } from '../../../../../src/charm/observed.ts'
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
