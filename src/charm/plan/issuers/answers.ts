// What came of this unit's requests: the best certificate that it may show, and in words why there is none.

import type { IssuerRole } from '../../../interfaces/issuers.ts'
import { sameRequest } from '../../../interfaces/tls-certificates.ts'
import { type IssuedCertificate, examineIssued } from '../../../tls/issued-certificate.ts'
import type { Observed } from '../../observed.ts'
import type { IssuerSeen, RequestOnDisk, Wish } from './issuers-seen.ts'
import { nameOfPeers } from '../certificates/names.ts'
import { neededAddresses, wishOf } from './wish.ts'

export interface Offer {
  readonly of: RequestOnDisk
  readonly issued: IssuedCertificate
  /** It bears the name of the application's peers. */
  readonly named: boolean
}

export interface Verdict {
  /** The newest that may be shown. */
  readonly offer: Offer | undefined
  /** Of the newest request. */
  readonly state: 'usable' | 'awaited' | 'revoked' | 'late' | 'refused'
  readonly words: string
  /** Its provider said so, with a code of the interface. */
  readonly code?: number
}

/** `undefined` where this hook didn't look, or nobody is related. */
export function verdictOn(observed: Observed, role: IssuerRole): Verdict | undefined {
  const seen = observed.issuers?.[role]
  const wish = wishOf(observed, role)
  if (seen?.kind !== 'related' || !wish) return undefined
  const requests = observed.machine.requests[role].toReversed()
  const judged = requests.map((of) => judge(observed, role, seen, of, wish))
  const [newest] = judged
  const offer = judged.flatMap((verdict) => verdict.offer ?? [])[0]
  if (!newest) return { offer: undefined, state: 'awaited', words: '' }
  return { ...newest, offer }
}

function judge(
  observed: Observed,
  role: IssuerRole,
  seen: Extract<IssuerSeen, { kind: 'related' }>,
  of: RequestOnDisk,
  wish: Wish,
): Verdict {
  const { answers } = seen
  const found = answers.issued.find(({ request }) => sameRequest(request, of.request))
  const error = answers.refused.find(({ request }) => sameRequest(request, of.request))
  if (!found && error)
    return { offer: undefined, state: 'refused', words: explainCode(error), code: error.code }
  if (!found && answers.refusesAddresses)
    return {
      offer: undefined,
      state: 'refused',
      words: 'it signs no addresses, which members need',
      code: 101,
    }
  if (!found) {
    const [odd] = answers.unreadable
    return { offer: undefined, state: 'awaited', words: odd === undefined ? '' : `${odd} can't be read` }
  }
  if (found.revoked) return { offer: undefined, state: 'revoked', words: 'it has revoked the certificate' }
  const issued = examineIssued(found, {
    publicKey: of.publicKey,
    role,
    addresses: neededAddresses(wish),
    now: observed.now,
  })
  if (issued.kind === 'refused')
    return { offer: undefined, state: stateFor(issued.code), words: issued.detail }
  return admit(observed, role, seen, { of, issued, named: isNamed(observed, issued) })
}

/** What is not valid yet will be; what is nearly over is renewed. */
function stateFor(code: string): 'awaited' | 'late' | 'refused' {
  if (code === 'issued-not-yet-valid') return 'awaited'
  return code === 'issued-ends-too-soon' ? 'late' : 'refused'
}

function isNamed(observed: Observed, { names }: IssuedCertificate): boolean {
  return names.includes(nameOfPeers(observed))
}

function admit(
  observed: Observed,
  role: IssuerRole,
  { unloadable, untaken }: Extract<IssuerSeen, { kind: 'related' }>,
  offer: Offer,
): Verdict {
  const bad = unloadable.get(offer.issued.anchor)
  if (bad !== undefined)
    return { offer: undefined, state: 'refused', words: `etcd can't load its root (${bad})` }
  const refused = untaken.get(offer.issued.chain)
  if (refused !== undefined)
    return { offer: undefined, state: 'refused', words: `no client of etcd takes it (${refused})` }
  const narrow = role === 'peer' && observed.peers?.application.issuers?.peer?.narrow !== undefined
  if (narrow && !offer.named)
    return {
      offer: undefined,
      state: 'refused',
      words: `it does not name ${nameOfPeers(observed)}, by which members know each other`,
    }
  return { offer, state: 'usable', words: '' }
}

const codes: Readonly<Record<number, string>> = {
  101: 'it signs no IP addresses',
  102: 'it does not sign for these names',
  103: 'it signs no wildcards',
  201: 'its server does not answer',
}

function explainCode({ code, message }: { readonly code: number; readonly message: string }): string {
  const known = codes[code]
  const told = message === '' ? '' : ` (${message})`
  return known === undefined ? `it refuses the request with code ${code}${told}` : `${known}${told}`
}
