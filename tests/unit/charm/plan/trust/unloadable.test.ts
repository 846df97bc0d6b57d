// What the etcd of one unit can't load is in nobody's truststore: its owner is refused in words, whoever found it, and all others go on.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { Observed } from '../../../../../src/charm/observed.ts'
import { nextLedger } from '../../../../../src/charm/plan/clients/ledger.ts'
import { fingerprintOfPem } from '../../../../../src/charm/plan/trust/unloadable.ts'
import { wantedWorkload } from '../../../../../src/charm/plan/workload/wanted.ts'
import { parsePeerUnit, printPeerUnit, type Unloadable } from '../../../../../src/interfaces/etcd-peers.ts'
import { type Leaf, shortFingerprint } from '../../../../../src/interfaces/ledger.ts'
import { issueCertificate } from '../../../../fixtures/issue-certificate.ts'
import { access, accepted, leaf as plainLeaf, relationKey, settled } from '../../observation.ts'
import { ledgerEntry, running, withClients, withLedger } from '../../observed-changes.ts'

/** Told apart by the beginning of its fingerprint, as real ones are. */
function leaf(commonName: string, serial = 'old'): Leaf {
  return { ...plainLeaf(commonName, serial), fingerprint: `${serial}-${commonName}`.padEnd(64, '0') }
}

const words = 'etcd 3.7.0: x509: too exotic'
const ofAlice: Unloadable = { fingerprint: shortFingerprint(leaf('alice')), words }
const served = (name: string) => accepted(name, { served: true, answeredAs: name, leaf: leaf(name) })
const both = running(
  withLedger(settled(), [
    [relationKey(4), served('alice')],
    [relationKey(5), served('bob')],
  ]),
  { alice: access('alice'), bob: access('bob') },
)

function foundHere(observed: Observed): Observed {
  return { ...observed, machine: { ...observed.machine, unloadable: [ofAlice] } }
}

function foundElsewhere(observed: Observed): Observed {
  const { peers } = observed
  const own = peers?.units.get('etcd/0')
  assert.ok(peers && own)
  const other = { ...own, databag: { ...own.databag, unloadable: [ofAlice] } }
  return { ...observed, peers: { ...peers, units: new Map([...peers.units, ['etcd/1', other]]) } }
}

for (const [who, found] of [
  ['the leader', foundHere],
  ['another unit', foundElsewhere],
] as const) {
  describe(`a certificate that the etcd of ${who} can't load`, () => {
    it('is refused in words, and is in no truststore; the others are', () => {
      const observed = found(both)
      const entry = ledgerEntry(observed, 'client.4')
      assert.ok(entry?.state === 'refused')
      assert.deepEqual([entry.code, entry.detail], ['certificate-unloadable', words])
      const wanted = wantedWorkload(observed, nextLedger(observed))
      assert.deepEqual(
        wanted?.leaves.map(({ commonName }) => commonName),
        ['bob'],
      )
    })

    it('is refused again when its owner asks again, and another of the same owner is not', () => {
      const asks = (serial?: string): Observed => {
        const certificate = { kind: 'leaf', leaf: leaf('alice', serial), secret: undefined } as const
        const asked = { request: '', prefix: '/alice/', echo: {} }
        const relation = { kind: 'requests', application: 'web', protocol: 'v0' } as const
        const requests = [{ asked, certificate }]
        return withClients(found(both), { relations: new Map([[4, { ...relation, requests }]]) })
      }
      assert.equal(ledgerEntry(asks(), 'client.4')?.state, 'refused')
      assert.equal(ledgerEntry(asks('another'), 'client.4')?.state, 'accepted')
    })

    it('makes way for the one that it was to replace', () => {
      const renewing = accepted('alice', { leaf: leaf('alice', 'new'), retiring: leaf('alice') })
      const observed = found(withLedger(both, [[relationKey(4), renewing]]))
      const entry = ledgerEntry(observed, 'client.4')
      assert.ok(entry?.state === 'accepted')
      assert.equal(entry.retiring, undefined)
    })
  })
}

describe('an authority of client-cas that the etcd of a unit can’t load', () => {
  it('is taken out, and the status says why', async () => {
    const shape = { constraints: 'authority', usage: 'certificates' } as const
    const good = (await issueCertificate({ commonNames: ['good'], ...shape })).certificate.trim()
    const bad = (await issueCertificate({ commonNames: ['bad'], ...shape })).certificate.trim()
    const clientCas = { 9: { application: 'cas', certificates: [good, bad].sort(), refused: [] } }
    const { peers } = both
    assert.ok(peers)
    const unloadable = [{ fingerprint: fingerprintOfPem(bad), words }]
    const observed = {
      ...both,
      peers: { ...peers, application: { ...peers.application, clientCas } },
      machine: { ...both.machine, unloadable },
    }
    const write = decide(observed).writes.find(({ kind }) => kind === 'client-cas/write')
    assert.ok(write?.kind === 'client-cas/write')
    const refused = [`etcd can't load a CA (${words})`]
    assert.deepEqual(write.clientCas, { 9: { application: 'cas', certificates: [good], refused } })
  })
})

it('a unit tells its peers what its etcd can’t load', () => {
  const write = decide(foundHere(both)).writes.find(({ kind }) => kind === 'peer-unit/write')
  assert.ok(write?.kind === 'peer-unit/write')
  const printed = Object.entries(printPeerUnit(write.unit)).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, text] as const],
  )
  assert.deepEqual(parsePeerUnit(Object.fromEntries(printed)).unloadable, [ofAlice])
})

it('whoever is turned away and was never answered takes no room for what it asked, whatever the reason', () => {
  const echo = { more: 'x'.repeat(1_000) }
  const echoes = (answered: boolean, found: (observed: Observed) => Observed): unknown => {
    const entry = { ...served('alice'), echo }
    const { answeredAs: _never, ...never } = entry
    const observed = withLedger(both, [[relationKey(4), answered ? entry : never]])
    const judged = ledgerEntry(found(observed), 'client.4')
    assert.ok(judged?.state === 'refused')
    return judged.echo
  }
  const revoked = (observed: Observed): Observed => ({
    ...observed,
    order: { kind: 'revoke', commonName: 'alice' },
  })
  for (const found of [foundHere, revoked]) {
    assert.deepEqual(echoes(false, found), {})
    assert.deepEqual(echoes(true, found), echo)
  }
})
