// When a unit asks an issuer of the operator's, when it shows what it was given, and when it goes back to the charm's own.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { IssuerSeen, Observed, RequestOnDisk } from '../../../../../src/charm/observed.ts'
import { verdictOn } from '../../../../../src/charm/plan/issuers/answers.ts'
import { issuerConditions } from '../../../../../src/charm/plan/issuers/conditions.ts'
import { certificateToShow } from '../../../../../src/charm/plan/issuers/choose.ts'
import { planRequests } from '../../../../../src/charm/plan/issuers/requests.ts'
import { fingerprintOfPem } from '../../../../../src/charm/plan/trust/unloadable.ts'
import { wantedWorkload } from '../../../../../src/charm/plan/workload/wanted.ts'
import { wishOf } from '../../../../../src/charm/plan/issuers/wish.ts'
import type { IssuerOfUnit } from '../../../../../src/interfaces/issuers.ts'
import { parseTlsAnswers } from '../../../../../src/interfaces/tls-certificates.ts'
import { type Authority, createAuthority, signRequest } from '../../../../../src/tls/authority.ts'
import { bySort, nameOfPeers } from '../../../../../src/charm/plan/certificates/names.ts'
import { createPrivateKeyPem, publicKeyOf } from '../../../../../src/tls/key.ts'
import { createRequest } from '../../../../../src/tls/request.ts'
import { now, settled } from '../../observation.ts'
import { running } from '../../observed-changes.ts'

const hour = 60 * 60 * 1000
const day = 24 * hour
const vault = await createAuthority({ commonName: 'vault', now: new Date(now - day), years: 5 })
const other = await createAuthority({ commonName: 'other', now: new Date(now - day), years: 5 })

function wish() {
  const found = wishOf(settled(), 'peer')
  assert.ok(found)
  return found
}

async function makeRequest(): Promise<RequestOnDisk> {
  const privateKey = await createPrivateKeyPem()
  const { commonName, names } = wish()
  const request = await createRequest({ privateKey, commonName, names, usage: 'server and client' })
  return { request, publicKey: publicKeyOf(privateKey), wish: wish(), at: now - day }
}

function sign(of: RequestOnDisk, by: Authority, days = 90): Promise<string> {
  const how = { commonName: 'etcd-0', sans: bySort(of.wish.names), now: new Date(now), days }
  return signRequest({ authority: by, request: of.request, profile: 'peer', ...how })
}

const asked = await makeRequest()
const signed = await sign(asked, vault)

function answering(rows: readonly object[], more: Record<string, string> = {}): IssuerSeen {
  const answers = parseTlsAnswers({ certificates: JSON.stringify(rows), ...more })
  const rest = {
    relation: 9,
    application: 'vault',
    several: false,
    unloadable: new Map(),
    untaken: new Map(),
  }
  return { kind: 'related', asked: [asked.request], answers, ...rest }
}

const entry = (certificate: string, ca: Authority, more: object = {}) => ({
  certificate,
  certificate_signing_request: asked.request,
  ca: ca.certificate,
  chain: [certificate, ca.certificate],
  ...more,
})

function seeing(peer: IssuerSeen | undefined, more: Partial<Observed> = {}): Observed {
  const observed = running(settled())
  const machine = { ...observed.machine, requests: { peer: [asked], server: [] } }
  return { ...observed, machine, ...(peer && { issuers: { peer, server: { kind: 'none' } } }), ...more }
}

/** All have loaded the root, or all but a second unit. */
function trusting(observed: Observed, by: Authority, second?: IssuerOfUnit): Observed {
  const root = fingerprintOfPem(by.certificate)
  const { peers, machine } = observed
  const own = peers?.units.get('etcd/0')
  assert.ok(peers && own && machine.loaded)
  const issuers = {
    peer: {
      anchors: [{ pem: by.certificate, since: now }],
      narrow: wish().names.find((name) => name.endsWith('.internal')),
    },
  }
  const certificates = new Map([...peers.application.certificates])
  const units = new Map([...peers.units])
  if (second) {
    certificates.set('etcd/1', { peer: 'p', server: 's', admin: 'a' })
    units.set('etcd/1', { ...own, databag: { ...own.databag, issuers: { peer: second } } })
  }
  const loaded = { ...machine.loaded, roots: [root] }
  const files = { ...machine.files, 'peer-authority': `peer\n${by.certificate}` }
  return {
    ...observed,
    machine: { ...machine, loaded, files },
    peers: { ...peers, units, application: { ...peers.application, issuers, certificates } },
  }
}

const shows = (observed: Observed): 'own' | 'issued' | 'kept' => {
  const shown = certificateToShow(observed, 'peer', 'own')
  if (shown === 'own') return 'own'
  return shown === observed.machine.files['peer-certificate'] ? 'kept' : 'issued'
}

/** The issued certificate lies on the disk already. */
function showing(observed: Observed, certificate = signed): Observed {
  const files = { ...observed.machine.files, 'peer-certificate': certificate }
  return { ...observed, machine: { ...observed.machine, files } }
}

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

describe('the leader', () => {
  const lists = (observed: Observed) =>
    decide(observed).writes.flatMap((write) => (write.kind === 'issuers/write' ? [write.issuers] : []))

  /** The charm's own peer certificate bears the application's name. */
  const named = (observed: Observed): Observed => {
    const { peers } = observed
    const own = peers?.units.get('etcd/0')
    const peer = own?.issued.get('peer')
    assert.ok(peers && own && peer)
    const issued = new Map([...own.issued, ['peer', { ...peer, names: [nameOfPeers(observed)] }] as const])
    return { ...observed, peers: { ...peers, units: new Map([['etcd/0', { ...own, issued }]]) } }
  }

  it('lists the root that a unit was given a certificate of, once, and lets it go when nobody has any more', () => {
    const [listed] = lists(seeing(answering([entry(signed, vault)])))
    assert.deepEqual(
      listed?.peer?.anchors.map(({ pem }) => pem),
      [vault.certificate],
    )
    const gone = trusting(seeing({ kind: 'none' }), vault)
    assert.deepEqual(lists(gone), [{}])
    const presents = trusting(seeing({ kind: 'none' }), vault, {
      presents: fingerprintOfPem(vault.certificate),
    })
    assert.deepEqual(lists(presents), [])
  })

  it('lets peers in by name only where its own certificate, which it has not told of yet, bears the name', async () => {
    const names = asked.wish.names.filter((name) => !name.endsWith('.internal'))
    const unnamed = await sign({ ...asked, wish: { ...asked.wish, names } }, vault)
    for (const [certificate, narrow] of [
      [signed, true],
      [unnamed, false],
    ] as const) {
      const [listed] = lists(named(seeing(answering([entry(certificate, vault)]))))
      assert.equal(listed?.peer?.anchors.length, 1)
      assert.equal(listed?.peer?.narrow !== undefined, narrow)
    }
  })

  it('never trusts clients by it', () => {
    const observed = trusting(seeing(answering([entry(signed, vault)])), vault)
    assert.ok(observed.peers)
    const files = wantedWorkload(observed, observed.peers.ledger)?.files
    assert.ok(files?.truststore !== undefined && files['peer-authority']?.includes(vault.certificate.trim()))
    assert.ok(!files.truststore.includes(vault.certificate.trim()))
  })
})
