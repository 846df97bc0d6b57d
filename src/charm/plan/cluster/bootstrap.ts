// How this unit's etcd begins, and the configuration that says so.

import type { UnitAddresses } from '../../../interfaces/etcd-peers.ts'
import type { Observed, WorkloadSeen } from '../../observed.ts'
import {
  type Bootstrap,
  printConfiguration,
  printShared,
  settledBootstrap,
} from '../workload/configuration.ts'
import { isClaimed, restoresHere } from '../restore/under-way.ts'
import { signQuota } from '../workload/quota.ts'
import { dataOf } from './data.ts'
import { membersOf, ownMember } from './members.ts'

export interface Configuration {
  readonly text: string
  /** Without what etcd reads only while it has no data: a change to the rest takes a restart. */
  readonly settled: string
  /** What of it is the same for all members. */
  readonly shared: string
}

export function wantedConfiguration(
  observed: Observed,
  addresses: UnitAddresses,
  workload: WorkloadSeen,
): Configuration | undefined {
  const founding = observed.peers?.application.founding
  const settled = settledBootstrap(observed, addresses)
  const bootstrap = founding && bootstrapOf(observed, settled)
  if (!bootstrap) return undefined
  const print = (how: Bootstrap): string =>
    printConfiguration({ observed, addresses, token: founding.token, workload, bootstrap: how })
  const printed = print(bootstrap)
  return {
    text: signQuota(printed, observed),
    settled: bootstrap === settled ? printed : print(settled),
    shared: printShared(observed, workload),
  }
}

/** How this unit's etcd begins; `undefined` while it has no place in the cluster. */
function bootstrapOf(observed: Observed, settled: Bootstrap): Bootstrap | undefined {
  const { unit, peers } = observed
  const members = membersOf(observed)
  const own = ownMember(observed)
  const { founder, born } = peers?.application.founding ?? {}
  if (restoresHere(observed)) return isClaimed(observed) ? settled : undefined
  if (founder === unit && !born) return { ...settled, state: 'new' }
  const data = dataOf(observed)
  if (data === 'ours' && observed.machine.damage !== undefined) return undefined
  if (data === 'ours') return members && !own ? undefined : settled
  if (data === 'foreign' || founder === undefined) return undefined
  if (members && own?.name === '') {
    const others = members.filter((member) => member.id !== own.id)
    // Those that have not started have no name yet, and etcd compares addresses alone.
    const urls = others.map(({ id, name, peerUrls }) => [name || id, peerUrls] as const)
    return { state: 'existing', members: { ...settled.members, ...Object.fromEntries(urls) } }
  }
  return undefined
}
