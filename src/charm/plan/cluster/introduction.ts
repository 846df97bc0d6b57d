// What a unit tells its peers: requests for its keys, where it is reached, and what its etcd is and trusts.

import { type PeerUnit, printPeerUnit, purposes } from '../../../interfaces/etcd-peers.ts'
import { printJsonText } from '../../../interfaces/json-text.ts'
import { shortFingerprint } from '../../../interfaces/ledger.ts'
import type { Observed, PeerSeen } from '../../observed.ts'
import type { Write } from '../../step.ts'
import { certificatesOnDisk } from '../certificates/certificates-on-disk.ts'
import { ownEndpoint } from '../clients/endpoints.ts'
import { reachOf } from '../clients/reach.ts'
import { isAheadOfRecord } from './data.ts'
import { ownPosition } from './founding.ts'
import { isTight } from '../maintenance/room.ts'
import { joinedToTell } from '../restore/founding.ts'
import { trustsToTell } from '../trust/trust.ts'
import { issuersToTell } from '../issuers/tell.ts'
import { released } from '../clients/names.ts'
import { tellRelease } from '../refresh/told.ts'
import { storageAway } from '../workload/storage.ts'
import { phaseOf, printRefusals } from '../workload/next-start.ts'

export function planIntroduction(observed: Observed): readonly Write[] {
  const { peers, machine } = observed
  const own = peers?.units.get(observed.unit)
  const unit = own && introduce(observed, own)
  if (!unit || observed.leaving) return []
  const renew = purposes.some(
    (purpose) => machine.keys.has(purpose) && own.requested.get(purpose) !== machine.keys.get(purpose),
  )
  const { endpoint, version } = unit
  const changed = whatChanged(own.databag, unit)
  if (!renew && changed.length === 0) return []
  const why = renew ? 'its keys are new' : `what it tells of itself has changed: ${changed.join(', ')}`
  return [
    { kind: 'peer-unit/write', unit, renew, why },
    ...(endpoint ? [{ kind: 'port/open', port: '2379/tcp', why: 'clients connect to it' } as const] : []),
    ...(version && version !== own.databag.version
      ? [{ kind: 'version/set', version, why: 'juju status shows it' } as const]
      : []),
  ]
}

function introduce(observed: Observed, { databag }: PeerSeen): PeerUnit | undefined {
  const { addresses, machine } = observed
  if (!addresses) return undefined
  const { requests, keys } = databag
  const endpoint = ownEndpoint(observed)
  const reach = endpoint === undefined ? undefined : reachOf(observed)
  const version = machine.workload?.version
  const trusts = trustsToTell(observed).map(shortFingerprint).toSorted()
  const position = ownPosition(observed)
  const letGo = released(observed)
  const { authorities, quota, settings } = machine.loaded ?? {}
  const certificates = certificatesOnDisk(observed)
  // Nobody can know now; and who tells `no` is not waited for when a cluster is founded.
  const data = storageAway(observed) ? databag.data : machine.data
  const issuers = issuersToTell(observed)
  const refuses = printRefusals(machine.run.refused)
  const joined = joinedToTell(observed)
  const refresh = tellRelease(observed, databag.refresh)
  return {
    addresses,
    ...(requests && { requests }),
    ...(keys && { keys }),
    ...(endpoint && { endpoint }),
    ...(reach && { reach }),
    ...(version && { version }),
    ...(data !== undefined && { data }),
    ...(position && { position }),
    ...(isAheadOfRecord(observed) && { ahead: true }),
    ...(machine.unloadable.length > 0 && { unloadable: machine.unloadable }),
    ...(trusts.length > 0 && { trusts }),
    ...(letGo !== undefined && { released: letGo }),
    ...(authorities && { authorities }),
    ...(certificates && { certificates }),
    ...(quota !== undefined && { quota }),
    ...(settings && { settings }),
    ...(refuses.length > 0 && { refuses }),
    ...(phaseOf(observed) === 'starts' && { starts: true }),
    ...(isTight(machine, databag.tight) && { tight: true }),
    ...(refresh && { refresh }),
    ...(issuers && { issuers }),
    ...(joined !== undefined && { joined }),
  }
}

function whatChanged(before: PeerUnit, after: PeerUnit): readonly string[] {
  const [was, is] = [printPeerUnit(before), printPeerUnit(after)]
  return Object.keys(is).filter((name) => printJsonText(was[name]) !== printJsonText(is[name]))
}
