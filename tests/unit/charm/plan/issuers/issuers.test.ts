// When a unit asks an issuer of the operator's, when it shows what it was given, and when it goes back to the charm's own.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { IssuerSeen, Observed } from '../../../../../src/charm/observed.ts'
import { verdictOn } from '../../../../../src/charm/plan/issuers/answers.ts'
import { issuerConditions } from '../../../../../src/charm/plan/issuers/conditions.ts'
import { planRequests } from '../../../../../src/charm/plan/issuers/requests.ts'
import { fingerprintOfPem } from '../../../../../src/charm/plan/trust/unloadable.ts'
import { createAuthority } from '../../../../../src/tls/authority.ts'
import { now } from '../../observation.ts'
import {
  hour,
  day,
  vault,
  other,
  sign,
  asked,
  signed,
  answering,
  entry,
  seeing,
  trusting,
  shows,
  showing,
} from './given.ts'

describe('a certificate of the operator’s issuer', () => {
  const related = answering([entry(signed, vault)])
  const root = fingerprintOfPem(vault.certificate)

  it('is shown once every unit trusts its root, and not before', () => {
    assert.equal(shows(seeing(related)), 'own')
    assert.equal(shows(trusting(seeing(related), vault)), 'issued')
    assert.equal(shows(trusting(seeing(related), vault, { trusts: [] })), 'own')
    assert.equal(shows(trusting(seeing(related), vault, { trusts: [root] })), 'issued')
    assert.equal(shows(trusting(seeing(related), other, { trusts: [root] })), 'own')
  })

  it('is not shown where no client of etcd takes it, and that is told', () => {
    const offer = verdictOn(seeing(related), 'peer')?.offer
    assert.ok(offer && related.kind === 'related')
    const untaken = new Map([[offer.issued.chain, 'x509: not so']])
    const observed = trusting(seeing({ ...related, untaken }), vault)
    assert.equal(shows(observed), 'own')
    const verdict = verdictOn(observed, 'peer')
    assert.deepEqual(
      [verdict?.state, verdict?.words],
      ['refused', 'no client of etcd takes it (x509: not so)'],
    )
  })

  it('stays while it is of use, whatever the provider says, and in hooks that do not look', () => {
    const at = (peer: IssuerSeen | undefined, more: Partial<Observed> = {}) =>
      shows(showing(trusting(seeing(peer, more), vault)))
    const refusing = answering([], {
      request_errors: JSON.stringify([{ csr: asked.request, error: { code: 101, message: 'no' } }]),
    })
    assert.equal(at(undefined), 'kept')
    assert.equal(at(answering([])), 'kept')
    assert.equal(at(refusing), 'kept')
    assert.equal(at(answering([entry(signed, vault, { revoked: true })])), 'kept')
    assert.equal(at(answering([entry('rubbish', vault), { certificate: 3 }])), 'kept')
  })

  it('gives way to the charm’s own where nobody is related, at its end, and where it does not name the address', () => {
    const at = (more: Partial<Observed>, peer: IssuerSeen | undefined = undefined) =>
      shows(showing(trusting(seeing(peer, more), vault)))
    assert.equal(at({}, { kind: 'none' }), 'own')
    assert.equal(at({ now: now + 91 * day }), 'own')
    assert.equal(at({ now: now - 2 * day }), 'own')
    // Hooks come minutes apart, and nobody takes one that has ended.
    assert.equal(at({ now: now + 90 * day - hour / 2 }), 'own')
    assert.equal(at({ now: now + 90 * day - 2 * hour }), 'kept')
    assert.equal(at({ addresses: { peer: '10.0.0.9', client: '10.0.0.9', names: ['10.0.0.9'] } }), 'own')
  })
})

describe('a certificate of the operator’s issuer whose root ends before it does', () => {
  it('is not shown until its own end', async () => {
    const brief = await createAuthority({ commonName: 'brief', now: new Date(now - 364 * day), years: 1 })
    const longer = await sign(asked, brief)
    const at = (after: number) =>
      shows(showing(trusting(seeing(undefined, { now: now + after }), brief), longer))
    assert.equal(at(0), 'kept')
    assert.equal(at(2 * day), 'own')
  })
})

describe('a request to the operator’s issuer', () => {
  const asks = (observed: Observed): readonly string[] => planRequests(observed).map(({ why }) => why)
  const with_ = (rows: readonly object[], more: Partial<Observed> = {}) => asks(seeing(answering(rows), more))

  it('is made once, and stays as it is while it waits', () => {
    const blank = seeing(answering([]))
    const none = { ...blank, machine: { ...blank.machine, requests: { peer: [], server: [] } } }
    assert.equal(asks(none).length, 1)
    assert.deepEqual(asks(blank), [])
    assert.deepEqual(asks(seeing(undefined)), [])
    assert.deepEqual(asks(seeing({ kind: 'none' })), [])
  })

  it('is made anew at two thirds of the life, also where nobody looked for long, and on revocation', () => {
    assert.deepEqual(with_([entry(signed, vault)], { now: now + 59 * day }), [])
    for (const days of [61, 85, 200])
      assert.equal(with_([entry(signed, vault)], { now: now + days * day }).length, 1, String(days))
    assert.equal(with_([entry(signed, vault, { revoked: true })]).length, 1)
  })

  it('is made anew where the unit is to have other names', () => {
    const moved = { peer: '10.0.0.9', client: '10.0.0.9', names: ['10.0.0.9'] }
    assert.equal(with_([entry(signed, vault)], { addresses: moved }).length, 1)
  })
})

describe('a refusal', () => {
  const refused = (code: number, more: object = {}) => {
    const errors = [{ csr: asked.request, error: { code, message: 'no' } }]
    const seen = answering([], { request_errors: JSON.stringify(errors), ...more })
    return issuerConditions(seeing(seen)).map(({ status, message }) => `${status}: ${message}`)
  }

  it('is told with what the operator can do about it, while the certificate in use stays', () => {
    for (const [code, words] of [
      [101, /^blocked: .*the certificate in use stays: .*pki_allow_ip_sans=true/],
      [102, /^blocked: .*the certificate in use stays: set peer-certificate-domain/],
      [103, /^blocked: .*the certificate in use stays: .*without \* in certificate-extra-sans/],
      [201, /^waiting: .*its server does not answer/],
      [7, /^blocked: .*it refuses the request with code 7 \(no\)/],
    ] as const)
      assert.match(refused(code).join(), words)
  })
})
