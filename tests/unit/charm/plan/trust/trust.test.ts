// Whose serial is put on the revocation list: etcd asks for nothing but the serial, of each certificate that it is shown.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { Observed } from '../../../../../src/charm/observed.ts'
import type { ClientCas } from '../../../../../src/interfaces/etcd-peers.ts'
import { access, accepted, leaf, relationKey, settled } from '../../observation.ts'
import { running, withClients, withLedger } from '../../observed-changes.ts'

/** alice's certificate is loaded; then she leaves. */
function left(serial: string, before: (observed: Observed) => Observed = (observed) => observed): Observed {
  const alice = accepted('alice', { served: true, answeredAs: 'alice', leaf: { ...leaf('alice'), serial } })
  const loaded = running(before(withLedger(settled(), [[relationKey(4), alice]])), { alice: access('alice') })
  return withClients(loaded, { gone: new Set([4]) })
}

function stepsOf(observed: Observed): readonly string[] {
  return decide(observed).steps.flatMap((step) =>
    step.kind === 'revocation/write'
      ? [`revoke ${step.serials.join(' ')}`]
      : step.kind === 'service/restart'
        ? [`restart: ${step.why}`]
        : [],
  )
}

function withOperators(certificates: readonly string[]) {
  return (observed: Observed): Observed => {
    assert.ok(observed.peers)
    const clientCas: Record<string, ClientCas> = { 9: { application: 'cas', certificates, refused: [] } }
    const application = { ...observed.peers.application, clientCas }
    return { ...observed, peers: { ...observed.peers, application } }
  }
}

const restart = 'restart: a client has left; its open streams end with the restart'

describe('the serial of a certificate that is to be trusted no more', () => {
  it('is revoked at once, and the restart ends what is open', () => {
    assert.deepEqual(stepsOf(left('serial-alice')), ['revoke serial-alice', restart])
  })

  it('is not revoked where an administrator has it, too', () => {
    assert.deepEqual(stepsOf(left('serial-admin')), [restart])
  })

  it('is not revoked where an authority of the operator’s is trusted: nobody knows what it wrote', () => {
    assert.deepEqual(stepsOf(left('serial-alice', withOperators(['ca']))), [restart])
  })

  it('nor while etcd has not yet dropped one that was', () => {
    const after = left('serial-alice', withOperators(['ca']))
    assert.ok(after.peers)
    const application = { ...after.peers.application, clientCas: {} }
    const steps = stepsOf({ ...after, peers: { ...after.peers, application } })
    assert.deepEqual(steps, ['restart: it must trust other authorities'])
  })

  it('costs a restart where it can’t be revoked, even if its owner has another certificate', () => {
    for (const [serial, operators, steps] of [
      ['serial-alice', [], ['revoke serial-alice']],
      ['serial-alice', ['ca'], ['restart: a serial that somebody else may have could not be revoked']],
      ['serial-admin', [], ['restart: a serial that somebody else may have could not be revoked']],
    ] as const) {
      const [old, next] = [{ ...leaf('alice'), serial }, leaf('alice', 'next')]
      const both = accepted('alice', { served: true, answeredAs: 'alice', leaf: next, retiring: old })
      const renewing = withOperators(operators)(withLedger(settled(), [[relationKey(4), both]]))
      const loaded = running(renewing, { alice: access('alice') })
      const { retiring: _gone, ...rest } = both.state === 'accepted' ? both : { ...both, retiring: old }
      assert.ok(rest.state === 'accepted')
      assert.deepEqual(stepsOf(withLedger(loaded, [[relationKey(4), rest]])), steps)
    }
  })
})
