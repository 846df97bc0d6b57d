// What is not as it should be, for `juju status`: `<what is missing>; <what to do>`, in lower case.

import { nameRequest } from '../../interfaces/etcd-client.ts'
import type { Ledger } from '../../interfaces/ledger.ts'
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
    if (entry.served) return []
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
