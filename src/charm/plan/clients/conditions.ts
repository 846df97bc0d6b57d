// What clients lack, or will, for `juju status`.

import { nameRequest } from '../../../interfaces/etcd-client.ts'
import type { RequestStatus } from '../../../interfaces/etcd-client-answer.ts'
import {
  isExpired,
  type Leaf,
  type Ledger,
  type LedgerEntry,
  type RefusedEntry,
} from '../../../interfaces/ledger.ts'
import { isOperators } from '../../../interfaces/operator-client.ts'
import { typed } from '../../../juju/index.ts'
import { plainText } from '../../../plain-text.ts'
import { describeAbsences, holdsUp, unitsToLoad } from '../cluster/absence.ts'
import { membersOf } from '../cluster/members.ts'
import type { Observed } from '../../observed.ts'
import type { Condition } from '../../step.ts'
import { whyRenewalWaits } from './answers.ts'
import { endOfSuspension } from './end-of-access.ts'
import { unitsThatTrust } from './names.ts'
import { explainRefusal, isWaiting } from './refusals.ts'

/**
 * On the leader's machine, so it is the unit's to tell, for as long as the ledger has one that waits for it.
 * What a suspended relation asks for is not looked at, so nothing of it is tried before it is resumed.
 */
export function trialConditions(
  { leader, machine }: Observed,
  { entries, suspensions }: Ledger,
): readonly Condition[] {
  if (!leader || !machine.workload) return []
  const untried = [...entries.values()]
    .filter(({ key }) => !suspensions.has(key.relation))
    .map(({ entry }) => (entry.state === 'refused' ? entry : entry.pending))
    .find((why) => why?.code === 'certificate-untried')
  if (!untried) return []
  const message = `certificates can't be tried: ${plainText(untried.detail)}; see that etcdctl runs on the unit`
  return [{ status: 'waiting', message, scope: 'unit' }]
}

/** Days before its end that a client's certificate is warned about. */
const warningDays = 14

export function expiresSoon({ notBefore, notAfter }: Leaf, now: number): boolean {
  // Short-lived certificates are renewed late in their life as a matter of course.
  const warning = Math.min(warningDays * 24 * 60 * 60 * 1000, (notAfter - notBefore) / 10)
  return notAfter - now < warning
}

/** The application serves: it stays active, with the warning for its message. */
function warnOfExpiry(who: string, { commonName, notAfter }: Leaf): Condition {
  const until = minute(notAfter)
  const message = `${who}: the certificate of ${commonName} expires at ${until} UTC; its owner must renew it`
  return { status: 'active', message, scope: 'application' }
}

/** Its user and its place stay, so that a clock that was ahead costs nothing; etcd lets nobody in by the certificate. */
function tellExpired(who: string, { commonName }: Leaf): readonly Condition[] {
  const { message, resolution } = explainRefusal('certificate-expired', commonName)
  return [{ status: 'blocked', message: `${who}: ${message}; ${resolution}`, scope: 'application' }]
}

/** It goes on by its old certificate, for as long as that is valid. */
function tellWaiting(
  who: string,
  { commonName, notAfter }: Leaf,
  { message, resolution }: RequestStatus,
): readonly Condition[] {
  const until = new Date(notAfter).toISOString().slice(0, 10)
  const told = `${who}: ${message}; ${resolution}; ${commonName} goes on until ${until}`
  return [{ status: 'active', message: told, scope: 'application' }]
}

/** Of a client that goes on working the operator should know; whoever was refused can do nothing before the relation is resumed. */
function tellSuspended(
  who: string,
  relation: number,
  entry: LedgerEntry,
  until: number,
): readonly Condition[] {
  if (entry.state === 'refused') return []
  const { commonName } = entry.leaf
  const [name, end] = [commonName, minute(until)]
  const message = `${who}: suspended, or its consumer does not let go; juju resume-relation ${relation}, or end it now by revoke-client ${typed('common-name', name)} confirm=true; ${name} keeps its access until ${end} UTC`
  return [{ status: 'active', message, scope: 'application' }]
}

/** Their members answer, so nothing but their hooks has them load it. */
function tellNotLoaded(who: string, { commonName }: Leaf, units: readonly string[]): readonly Condition[] {
  const hooks = units.length === 1 ? 'its hooks run' : 'their hooks run'
  const message = `${who}: access for ${commonName} waits for ${units.join(', ')} to load the certificate; see that ${hooks}`
  return [{ status: 'waiting', message, scope: 'application' }]
}

function minute(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ')
}

/** Whom the next owner of a name waits for. */
function whoTrustsStill({ code, wants }: RefusedEntry, observed: Observed, { departed }: Ledger): string {
  if (code !== 'common-name-leaving') return ''
  const rows = [...departed].filter(([name]) => name.toLowerCase() === wants?.toLowerCase())
  const units = new Set(rows.flatMap(([, { number }]) => unitsThatTrust(number, observed)))
  return units.size === 0 ? '' : ` (waiting for ${[...units].join(', ')})`
}

/** Its secrets can be granted only while it has units; Juju 4.0 may show none of a relation that was made anew at once. */
function tellUnseen(who: string, { commonName }: Leaf): readonly Condition[] {
  const message = `${who}: access for ${commonName} is ready, and juju shows none of its units to tell; if that lasts, restart the agents of both`
  return [{ status: 'waiting', message, scope: 'application' }]
}

export function clientConditions(observed: Observed, ledger: Ledger): readonly Condition[] {
  if (!observed.leader) return []
  const silent = [...ledger.silent].map(([relation, application]): Condition => {
    const message = `relation ${relation} (${application}): no request; its leader must publish prefix and certificate`
    return { status: 'waiting', message, scope: 'application' }
  })
  const missing = holdsUp(ledger.away, membersOf(observed))
  const toLoad = missing.size > 0 ? [] : unitsToLoad(ledger.away)
  const whom = missing.size > 0 ? `, waiting for ${describeAbsences(missing)}` : ''
  const asked = [...ledger.entries.values()].flatMap(({ key, entry }): readonly Condition[] => {
    const who = `${nameRequest(key)} (${entry.application})`
    const suspension = ledger.suspensions.get(key.relation)
    if (suspension) return tellSuspended(who, key.relation, entry, endOfSuspension(suspension, observed))
    if (entry.state === 'refused') {
      const { message, resolution } = explainRefusal(entry.code, entry.detail, observed.application)
      const status = isWaiting(entry.code) ? 'waiting' : 'blocked'
      const waiting = whoTrustsStill(entry, observed, ledger)
      return [{ status, message: `${who}: ${message}${waiting}; ${resolution}`, scope: 'application' }]
    }
    // What an operator made ends by itself, as was asked for.
    if (isExpired(entry.leaf, observed.now)) return isOperators(key) ? [] : tellExpired(who, entry.leaf)
    if (entry.pending) {
      const { code, detail = '' } = entry.pending
      return tellWaiting(who, entry.leaf, explainRefusal(code, detail, observed.application))
    }
    if (!entry.served && entry.late && toLoad.length > 0) return tellNotLoaded(who, entry.leaf, toLoad)
    if (entry.waits) return tellWaiting(who, entry.leaf, explainRefusal(whyRenewalWaits(entry.waits), ''))
    if (entry.served && entry.answeredAs === undefined && observed.clients.members.get(key.relation) === 0)
      return tellUnseen(who, entry.leaf)
    if (entry.served)
      return !isOperators(key) && expiresSoon(entry.leaf, observed.now) ? [warnOfExpiry(who, entry.leaf)] : []
    return [
      {
        status: 'waiting',
        message: `${who}: access for ${entry.leaf.commonName} is being set up${whom}`,
        scope: 'application',
      },
    ]
  })
  return [...asked, ...silent]
}
