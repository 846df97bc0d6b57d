// Why no restore can begin now.

import { findWorkload } from '../../../machine/workload.ts'
import type { Charm } from '../../charm.ts'
import type { Observed } from '../../observed.ts'
import { countAside, describeAside, mostAside } from '../../observe/aside.ts'
import { workOf } from '../../plan/backup/work.ts'
import { whyNoOrderHere } from '../../plan/beyond-reading.ts'
import { rotationUnderWay } from '../../plan/certificates/rotation.ts'
import { isFoundedOnDamage } from '../../plan/cluster/damage.ts'
import { dataOf } from '../../plan/cluster/data.ts'
import { unitsThereAre } from '../../plan/cluster/members.ts'
import { describeReleases } from '../../plan/restore/releases.ts'
import { storageAway } from '../../plan/workload/storage.ts'
import { onlyOnLeader } from '../on-leader.ts'
import type { Parameters } from './parameters.ts'

export async function whyNotRestore(
  charm: Pick<Charm, 'context'>,
  observed: Observed,
  { without, force }: Pick<Parameters, 'without' | 'force'>,
): Promise<string | undefined> {
  const refusal = observed.leader ? whyNotNow(observed, without) : onlyOnLeader(charm)
  if (refusal !== undefined) return refusal
  const folder = (await findWorkload()).paths.data
  if ((await countAside(folder)) >= mostAside) return describeAside(folder)
  return whyNotWithout(observed, { without, force, unit: observed.unit })
}

export function whyNotNow(observed: Observed, without: readonly string[]): string | undefined {
  // All other units would stop etcd and wait for this one.
  const going = whyNoOrderHere(observed)
  if (going !== undefined) return going
  const { machine, peers, unit } = observed
  const founding = peers?.application.founding
  if (!founding) return 'etcd is not set up yet; wait until it serves'
  if (founding.founder === undefined)
    return 'the cluster is being founded already; juju status says what is waited for'
  // Nothing comes of that founding, and nobody has been served by it.
  const neverServes = isFoundedOnDamage(observed)
  if (!founding.born && !neverServes)
    return founding.founder === unit
      ? "the cluster was founded just now; wait until it serves, or see this unit's status"
      : `${founding.founder} founds the cluster and does not serve it yet; see its status`
  if (dataOf(observed) === 'foreign' && !neverServes)
    return "this unit's data is not of the cluster as it is; wait for its next hook, and see its status"
  if (!machine.workload || storageAway(observed))
    return "etcd or its storage is not there; see this unit's status"
  if (peers.application.rotation !== undefined && !cannotRun(observed)) return rotationUnderWay(observed)
  const releases = describeReleases(observed, without)
  if (releases !== undefined)
    return `a refresh is under way (${releases}); finish it or refresh back, and run restore again`
  return workOf(observed).running
    ? 'a backup is under way; wait until juju status tells of it no more'
    : undefined
}

/** A rotation waits for this very etcd, and what is restored begins with both authorities. */
function cannotRun({ etcd, machine }: Observed): boolean {
  return etcd.kind !== 'up' && (machine.damage !== undefined || !machine.data)
}

export function whyNotWithout(
  observed: Observed,
  {
    without,
    force,
    unit,
  }: { readonly without: readonly string[]; readonly force: boolean; readonly unit: string },
): string | undefined {
  const units = unitsThereAre(observed)
  const unknown = without.find((name) => !units.has(name) || name === unit)
  if (unknown !== undefined) return `without: ${unknown} is no other unit of this application`
  if (without.length > 0 && !force)
    return `to go on without ${without.join(', ')} takes force=true: where its etcd still runs, it goes on with the old data until its agent is back`
  return undefined
}
