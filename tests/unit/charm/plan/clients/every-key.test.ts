// Every key is the operator's to give, and to take back from whoever has them.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { CertificateOffer, Observed, RelationSeen } from '../../../../../src/charm/observed.ts'
import { nextLedger } from '../../../../../src/charm/plan/clients/ledger.ts'
import { leaf, now, relationKey } from '../../observation.ts'
import { kinds, withClients, withLedger } from '../../observed-changes.ts'
import { entryOf, mine, offers, ofTime, served } from './served-client.ts'

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

  it('and names no range any more: every key is given to nobody who does not ask for it', () => {
    const asked = { request: '', prefix: '', unnamed: true, echo: {} } as const
    const certificate = { kind: 'leaf', leaf: leaf('alice'), secret: mine } as const
    const requests = [{ asked, certificate }]
    const seen: RelationSeen = { kind: 'requests', application: 'web', protocol: 'v1', requests }
    const observed = withClients(offers({ kind: 'missing' }, every), { relations: new Map([[5, seen]]) })
    const entry = entryOf(allowing(observed, true))
    assert.equal(entry?.state === 'refused' && entry.code, 'prefix-missing')
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
