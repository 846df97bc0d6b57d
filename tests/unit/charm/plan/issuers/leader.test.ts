// Whom the leader has all units trust, of what they tell of issuers of the operator's.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { Observed } from '../../../../../src/charm/observed.ts'
import { fingerprintOfPem } from '../../../../../src/charm/plan/trust/unloadable.ts'
import { wantedWorkload } from '../../../../../src/charm/plan/workload/wanted.ts'
import { nameOfPeers } from '../../../../../src/charm/plan/certificates/names.ts'
import { vault, sign, asked, signed, answering, entry, seeing, trusting } from './given.ts'

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

  it('is told before the last that shows it is: its root and the name of peers go together, in one restart', () => {
    const presents = { presents: fingerprintOfPem(vault.certificate) }
    const wanted = (observed: Observed) => {
      assert.ok(observed.peers)
      const found = wantedWorkload(observed, observed.peers.ledger)
      assert.ok(found?.loading && found.files.configuration)
      return { loading: found.loading, configuration: found.files.configuration }
    }
    const before = trusting(seeing({ kind: 'none' }), vault, presents)
    const { loading, configuration } = wanted(before)
    assert.match(configuration, /AllowedHostname: etcd\./)
    const after = (second: object): Observed => {
      const { peers, machine } = trusting(before, vault, second)
      assert.ok(peers)
      const { issuers: _gone, ...application } = peers.application
      const files = { ...machine.files, configuration }
      return { ...before, machine: { ...machine, files }, peers: { ...peers, application } }
    }
    assert.deepEqual(wanted(after(presents)).loading, loading)
    const rest = wanted(after({}))
    assert.equal(rest.loading.roots, undefined)
    assert.doesNotMatch(rest.configuration, /AllowedHostname/)
  })
})
