// A client that is served, and what it offers now.

import { decide } from '../../../../../src/charm/decide.ts'
import type { CertificateOffer, Observed, RelationSeen } from '../../../../../src/charm/observed.ts'
import { nextLedger } from '../../../../../src/charm/plan/clients/ledger.ts'
import { type AcceptedEntry, ledgerKey } from '../../../../../src/interfaces/ledger.ts'
import { accepted, access, relationKey, settled } from '../../observation.ts'
import { running, withClients, withLedger } from '../../observed-changes.ts'

export const secret = 'c000000000000000000g'
export const mine = 'c000000000000000001g'

export function asks(name: string, certificate: CertificateOffer): RelationSeen {
  const asked = { request: '', prefix: `/${name}/`, echo: {} }
  return { kind: 'requests', application: 'web', protocol: 'v0', requests: [{ asked, certificate }] }
}

export function served(name: string, more: Partial<AcceptedEntry> = {}) {
  return accepted(name, { served: true, answeredAs: name, secret: mine, ...more })
}

/** The leader looks at a client that is served, and that offers this now. */
export function offers(certificate: CertificateOffer, more: Partial<AcceptedEntry> = {}): Observed {
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

export function entryOf(observed: Observed) {
  return nextLedger(observed).entries.get(ledgerKey(relationKey(5)))?.entry
}

export function codesOf(observed: Observed): readonly number[] {
  return decide(observed).writes.flatMap((write) =>
    write.kind === 'answer/publish' && write.answer.relation === 5
      ? write.answer.statuses.map(({ code }) => code)
      : [],
  )
}

export const ofTime = (code: string, named = 'c000000000000000002g') =>
  ({ kind: 'refused', code, detail: 'it begins later', secret: named }) as const
