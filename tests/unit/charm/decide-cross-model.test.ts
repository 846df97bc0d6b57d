import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../src/charm/decide.ts'
import type { CertificateOffer, CrossModelSeen, Observed, RelationSeen } from '../../../src/charm/observed.ts'
import { nextLedger } from '../../../src/charm/plan/clients/ledger.ts'
import type { LedgerEntry } from '../../../src/interfaces/ledger.ts'
import { accepted, access, leaf, relationKey, settled } from './observation.ts'
import { kinds, ledgerEntry, running, withClients, withLedger } from './observed-changes.ts'

const key = relationKey(5)
const application = 'remote-0b2f5c0d6f0f4b0e8c5d4d4b3a2a1f0e'
const awaited: CertificateOffer = {
  kind: 'unreadable',
  code: 'encryption-awaited',
  detail: '',
  secret: undefined,
}

function asks(certificate: CertificateOffer): RelationSeen {
  const asked = { request: '', prefix: '/alice/', echo: {} }
  return { kind: 'requests', application, protocol: 'v0', requests: [{ asked, certificate }] }
}

function seen(
  certificate: CertificateOffer,
  crossModel: CrossModelSeen,
  before: LedgerEntry | undefined = undefined,
): Observed {
  const rows = before ? ([[key, before]] as const) : []
  const more = before ? { crossModel: new Map([[5, 'live']] as const) } : {}
  return withClients(running(withLedger(settled(), rows, more), { alice: access('alice') }), {
    relations: new Map([[5, asks(certificate)]]),
    members: new Map([[5, 1]]),
    crossModel: new Map([[5, crossModel]]),
  })
}

const served = accepted('alice', { application, served: true })

describe('a relation with another model', () => {
  it('is offered the key first, and told nothing else in the same hook, even where an answer is due', () => {
    const plan = decide(seen(awaited, { encryption: 'absent', grantable: true }, served))
    assert.deepEqual(kinds(plan.writes), ['encryption/offer', 'ledger/write'])
  })

  it('is not offered a key while a grant could fail the hook, nor by a unit that leaves or does not lead', () => {
    const dying = seen(awaited, { encryption: 'absent', grantable: false })
    const willing = seen(awaited, { encryption: 'absent', grantable: true })
    for (const observed of [dying, { ...willing, leaving: true }, { ...willing, leader: false }])
      assert.ok(!kinds(decide(observed).writes).includes('encryption/offer'))
  })

  it('is told nothing before the echo; the operator is', () => {
    const plan = decide(seen(awaited, { encryption: 'offered', grantable: false }))
    assert.deepEqual(kinds(plan.writes), ['ledger/write'])
    assert.deepEqual(
      plan.conditions.map(({ status, message }) => [status, message]),
      [
        [
          'waiting',
          `relation 5 (${application}): the requirer in another model has not taken up encryption-secret yet; use an etcd_client library that knows of relations across models`,
        ],
      ],
    )
  })

  it('is accepted after the echo, and remembered as one with another model', () => {
    const echoed = seen(
      { kind: 'leaf', leaf: leaf('alice'), secret: undefined },
      { encryption: 'echoed', grantable: false },
    )
    const ledger = nextLedger(echoed)
    assert.equal(ledger.entries.get('client.5')?.entry.state, 'accepted')
    assert.deepEqual([...ledger.crossModel], [[5, 'live']])
  })

  it('keeps a client that was accepted when the echo is gone, and warns it', () => {
    const answered = accepted('alice', { application, served: true, answeredAs: 'alice' })
    const observed = seen(awaited, { encryption: 'offered', grantable: false }, answered)
    const pending = { code: 'encryption-awaited', detail: '' }
    assert.deepEqual(ledgerEntry(observed, 'client.5'), { ...answered, pending })
    const told = decide(observed).writes.flatMap((write) =>
      write.kind === 'answer/publish' ? write.answer.statuses.map(({ code }) => code) : [],
    )
    assert.deepEqual(told, [4007])
  })

  it('is told what is wrong with a certificate that cannot be decrypted', () => {
    const detail = 'it was encrypted with another key'
    const observed = seen(
      { kind: 'refused', code: 'certificate-undecryptable', detail, secret: undefined },
      { encryption: 'echoed', grantable: false },
    )
    const answer = decide(observed).writes.find((write) => write.kind === 'answer/publish')
    assert.deepEqual(answer?.kind === 'answer/publish' && answer.answer.statuses, [
      {
        code: 5007,
        message: `the encrypted certificate can't be read: ${detail}`,
        resolution: 'encrypt mtls-cert with the key of encryption-secret, by Fernet',
      },
    ])
  })
})

describe('a relation with another model that Juju shows no more', () => {
  const answered = accepted('alice', { application, served: true, answeredAs: 'alice' })
  const before = (state: 'live' | 'suspended'): Observed =>
    running(withLedger(settled(), [[key, answered]], { crossModel: new Map([[5, state]]) }), {
      alice: access('alice'),
    })
  const broken = withClients(before('live'), { suspended: new Set([5]) })

  it('keeps its client’s user and trust, and the operator is told', () => {
    const plan = decide(broken)
    assert.deepEqual(plan.steps, [])
    assert.deepEqual(kinds(plan.writes), ['ledger/write'])
    assert.deepEqual([...nextLedger(broken).crossModel], [[5, 'suspended']])
    assert.deepEqual(
      plan.conditions.map(({ status, message }) => [status, message]),
      [
        [
          'active',
          `relation 5 (${application}): suspended, or its consumer does not let go; juju resume-relation 5, or end it now by revoke-client common-name=alice confirm=true; alice keeps its access until 2026-11-24 01:00 UTC`,
        ],
      ],
    )
  })

  it('is not written to while it is suspended, though there is something to tell', () => {
    const known = withClients(before('suspended'), { suspended: new Set([5]) })
    const tells = (observed: Observed): boolean => kinds(decide(observed).writes).includes('answer/publish')
    assert.deepEqual([tells(before('live')), tells(known)], [true, false])
  })

  it('is not asked for its units by a hook that would fail then, though its client was never answered', () => {
    const unanswered = accepted('alice', { application, served: true })
    const counted = (['live', 'suspended'] as const).map((state) => {
      const ledger = withLedger(settled(), [[key, unanswered]], { crossModel: new Map([[5, state]]) })
      return decide(running(ledger, { alice: access('alice') })).toCount
    })
    assert.deepEqual(counted, [[5], []])
  })

  it('loses its client when Juju has removed it, and its secrets are collected later', () => {
    const ended = withClients(before('suspended'), { gone: new Set([5]) })
    assert.deepEqual(kinds(decide(ended).steps).slice(0, 2), ['user/delete', 'role/delete'])
    const ledger = nextLedger(ended)
    assert.deepEqual([ledger.crossModel.size, [...ledger.collectable.keys()]], [0, ['client.5']])
  })

  it('is served on when it is resumed, with what changed meanwhile', () => {
    const resumed = withClients(before('suspended'), {
      relations: new Map([[5, asks({ kind: 'leaf', leaf: leaf('alice'), secret: undefined })]]),
      members: new Map([[5, 1]]),
      crossModel: new Map([[5, { encryption: 'echoed', grantable: false }]]),
    })
    assert.deepEqual([...nextLedger(resumed).crossModel], [[5, 'live']])
    assert.deepEqual(kinds(decide(resumed).writes), ['answer/publish', 'ledger/write'])
    assert.deepEqual(decide(resumed).steps, [])
  })
})
