// What is not as it should be, for `juju status`: `<what is missing>; <what to do>`, in lower case.

import { nameRequest } from '../../interfaces/etcd-client.ts'
import type { Leaf, Ledger } from '../../interfaces/ledger.ts'
import type { Observed } from '../observed.ts'
import { explainRefusal, isWaiting } from '../refusals.ts'
import type { Condition } from '../step.ts'

export function conditionsOf(observed: Observed, ledger: Ledger): readonly Condition[] {
  if (observed.leaving) return [{ status: 'maintenance', message: 'leaving', scope: 'unit' }]
  return [...configuration(observed), ...unitConditions(observed), ...clientConditions(observed, ledger)]
}

function configuration({ config }: Observed): readonly Condition[] {
  if (config.kind === 'valid') return []
  return [
    { status: 'blocked', message: `option ${config.option} is invalid; ${config.remedy}`, scope: 'unit' },
  ]
}

/** The first thing that this unit lacks: the rest follows from it. */
function unitConditions(observed: Observed): readonly Condition[] {
  const { machine, peers, etcd } = observed
  const founder = peers?.application.founding?.founder
  const waiting = (message: string): readonly Condition[] => [{ status: 'waiting', message, scope: 'unit' }]
  if (!machine.workload)
    return [{ status: 'maintenance', message: 'etcd is not installed yet', scope: 'unit' }]
  if (!peers) return waiting('waiting for the peer relation')
  if (!founder || !peers.application.authorities)
    return waiting('waiting for the leader to make the certificate authorities')
  if (founder !== observed.unit) {
    const message = `not a member, one unit runs etcd in this version; run juju remove-unit ${observed.unit}`
    return [{ status: 'blocked', message, scope: 'unit' }]
  }
  if (!peers.application.certificates.has(observed.unit))
    return waiting("waiting for the leader to sign this unit's certificates")
  if (etcd.kind === 'unasked') return waiting('waiting for etcd to start')
  if (etcd.kind === 'down') return waiting(`etcd does not answer: ${etcd.why}; see journalctl on the unit`)
  return []
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
  const until = new Date(notAfter).toISOString().slice(0, 16).replace('T', ' ')
  const message = `${who}: the certificate of ${commonName} expires at ${until} UTC; its owner must renew it`
  return { status: 'active', message, scope: 'application' }
}

function clientConditions(observed: Observed, ledger: Ledger): readonly Condition[] {
  if (!observed.leader) return []
  const silent = [...ledger.silent].map(([relation, application]): Condition => {
    const message = `relation ${relation} (${application}): no request; its leader must publish prefix and certificate`
    return { status: 'waiting', message, scope: 'application' }
  })
  const asked = [...ledger.entries.values()].flatMap(({ key, entry }): readonly Condition[] => {
    const who = `${nameRequest(key)} (${entry.application})`
    if (entry.state === 'refused') {
      const { message, resolution } = explainRefusal(entry.code, entry.detail)
      const status = isWaiting(entry.code) ? 'waiting' : 'blocked'
      return [{ status, message: `${who}: ${message}; ${resolution}`, scope: 'application' }]
    }
    if (entry.served) return expiresSoon(entry.leaf, observed.now) ? [warnOfExpiry(who, entry.leaf)] : []
    return [
      {
        status: 'waiting',
        message: `${who}: access for ${entry.leaf.commonName} is being set up`,
        scope: 'application',
      },
    ]
  })
  return [...asked, ...silent]
}
