// A sweep compares all access in etcd with the ledger, two requests for each client. etcd numbers the changes to it: while that number
// and the ledger are what they were when all was found right, all is right still, and nothing is read (docs/adr).

import { digest } from '../../../interfaces/digest.ts'
import { printJsonText } from '../../../interfaces/json-text.ts'
import type { Ledger, LedgerEntry } from '../../../interfaces/ledger.ts'
import { nameIsOurs } from './naming-guards.ts'
import type { Observed } from '../../observed.ts'
import type { Step } from '../../step.ts'
import { restoreUnderWay } from '../restore/under-way.ts'
import { hasAccess } from './access.ts'
import { nextLedger } from './ledger.ts'

/** The common names whose access this hook must read from etcd: those in motion, or all of them in a sweep. */
export function namesToRead(observed: Observed): readonly string[] {
  if (!observed.leader || observed.leaving) return []
  const ledger = nextLedger(observed)
  // A client that came after the snapshot was taken has nothing in it, and is not to wait for the next sweep.
  const all = (observed.sweep || restoreUnderWay(observed) !== undefined) && !isAudited(observed, ledger)
  const names = [...ledger.entries.values()].flatMap(({ entry }) =>
    entry.state === 'accepted' && (all || !entry.served) ? [entry.leaf.commonName] : [],
  )
  return [...new Set([...names, ...ledger.leaving])].sort()
}

/** Those of them of which it is not known yet whether somebody else has them in etcd. */
export function namesToClaim(observed: Observed): readonly string[] {
  if (!observed.leader || observed.leaving) return []
  return [...nextLedger(observed).entries.values()].flatMap(({ entry }) =>
    entry.state === 'accepted' && !nameIsOurs.holds(entry) ? [entry.leaf.commonName] : [],
  )
}

/** Once a day all is read whatever the number says: it costs little, and a number is only a number. */
const trustedFor = 86_400_000

export function isAudited(observed: Observed, ledger = nextLedger(observed)): boolean {
  const { etcd, machine, now } = observed
  const revision = etcd.kind === 'up' ? etcd.accessRevision : undefined
  const { audited } = machine
  if (revision === undefined || audited?.revision !== revision) return false
  return audited.expected === expectedAccess(observed, ledger) && Math.abs(now - audited.at) < trustedFor
}

/** Noted when all was read and no step is left that would change any of it. */
export function planAudit(observed: Observed, ledger: Ledger, ahead: readonly Step[]): readonly Step[] {
  const { etcd, leader, leaving, now, sweep } = observed
  if (!sweep || !leader || leaving || etcd.kind !== 'up' || ahead.length > 0) return []
  const { access, accessRevision: revision } = etcd
  if (!access || revision === undefined || ledger.leaving.size > 0 || isAudited(observed, ledger)) return []
  const isRight = ({ entry }: { readonly entry: LedgerEntry }): boolean =>
    entry.state === 'refused' || hasAccess(entry, access.get(entry.leaf.commonName))
  if (![...ledger.entries.values()].every(isRight)) return []
  const audited = { revision, expected: expectedAccess(observed, ledger), at: now }
  return [{ kind: 'access/record', audited, why: 'all access is what the ledger says' }]
}

/** In a cluster that was founded anew, on older data maybe, the same number means other access. */
function expectedAccess({ peers }: Observed, { entries, leaving }: Ledger): string {
  const owned = [...entries.values()].flatMap(({ entry }) =>
    entry.state === 'accepted'
      ? [[entry.leaf.commonName, entry.prefix, ...(entry.readOnly ? ['read'] : [])]]
      : [],
  )
  return digest(printJsonText([peers?.application.founding?.token, owned, [...leaving]]))
}
