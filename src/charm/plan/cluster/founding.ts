// Who founds the cluster, and when. It is born once, with one voter: on the unit whose data goes furthest, whoever leads Juju,
// and where nobody has data, on the leader. A founder that is gone before that is replaced, and so is a cluster of which no unit
// is left (scale to zero and back). Units that had the data, or waited for it, begin no empty one by themselves.

import type { DataPosition, Founding } from '../../../interfaces/etcd-peers.ts'
import type { Observed, PeersSeen } from '../../observed.ts'
import type { Write } from '../../step.ts'
import { dataOf } from './data.ts'
import { leaveNobodyOut, planRestored } from '../restore/founding.ts'
import { servesAnew } from '../restore/under-way.ts'
import { storageAway } from '../workload/storage.ts'
import { isOwedData } from './lost-data.ts'
import { type Remainder, remainderOf } from './remainder.ts'

/** The leader's. */
export function planFounding(observed: Observed, peers: PeersSeen): readonly Write[] {
  const { founding } = peers.application
  const remainder = remainderOf(observed)
  if (founding && remainder) return [foundAnew(observed, founding, remainder)]
  const restored = planRestored(observed)
  if (restored) return restored
  const orphaned = founding?.founder === undefined || isOrphaned(observed, peers, founding.founder)
  const named = orphaned ? nameFounder(observed, peers) : []
  if (!founding || named.length > 0) return named
  if (founding.born) return leaveNobodyOut(observed, founding)
  if (orphaned || !servesAnew(observed)) return []
  return [{ kind: 'founding/write', founding: { ...founding, born: true }, why: 'its first member serves' }]
}

/** Of several that stay, all stop and tell how far their data goes first. */
function foundAnew(observed: Observed, { generation }: Founding, { staying, gone }: Remainder): Write {
  const [founder, ...others] = staying
  const founding = {
    ...nextFounding(observed, generation),
    ...(founder !== undefined && others.length === 0 && { founder }),
  }
  const why = `${gone.join(', ')} went without leaving, and all that was agreed on is here`
  return { kind: 'founding/write', founding, why }
}

/** Of a founder that Juju has no more. */
export function isOrphaned({ expectedUnits }: Observed, { units }: PeersSeen, founder: string): boolean {
  return expectedUnits !== undefined && !expectedUnits.has(founder) && !units.has(founder)
}

/** Strictly: two clusters for one application would be worse than none. Every unit must have told what it has, and runs nothing. */
function nameFounder(observed: Observed, peers: PeersSeen): readonly Write[] {
  const { expectedUnits, unit } = observed
  const { founding } = peers.application
  if (!expectedUnits || untold(observed).length > 0) return []
  const candidates = [...expectedUnits].flatMap((name) => {
    const position = name === unit ? ownPosition(observed) : peers.units.get(name)?.databag.position
    return position ? [{ name, position }] : []
  })
  const [first] = candidates.toSorted(
    (a, b) => byAdvance(a.position, b.position) || (a.name < b.name ? -1 : 1),
  )
  if (!first && founding?.founder !== undefined && founding.born && isOwedData(expectedUnits, peers))
    return []
  // Of a restore whose unit is gone, nothing more comes.
  const { restore: _, ...bare } = founding ?? { token: '', generation: 0 }
  const named = founding && founding.founder === undefined ? bare : undefined
  const before = Math.max(founding?.generation ?? 0, first?.position.generation ?? 0)
  const next: Founding = {
    ...(named && named.generation > before - 1 ? named : nextFounding(observed, before)),
    founder: first?.name ?? unit,
  }
  const why = first ? `its data goes furthest, to ${first.position.index}` : 'nobody has data: on the leader'
  return [{ kind: 'founding/write', founding: next, why }]
}

/**
 * A founding after that generation and after that of the data here, without a founder yet. Its token is nobody's before: an application that
 * was lost and is deployed anew in its model has the same names, a restore that was undone may have left data of the same generation, and so
 * does a controller that was restored to a state of before.
 */
export function nextFounding(
  { application, machine, modelUuid, now }: Observed,
  generation: number,
): Founding {
  const next = Math.max(generation, machine.claim?.generation ?? 0) + 1
  return { token: [modelUuid, application, next, now].join('-'), generation: next }
}

/** Units that Juju plans to have and that have not told, for the founding as it is now, what data they have. */
export function untold(observed: Observed): readonly string[] {
  const { expectedUnits, peers, unit } = observed
  const token = tokenOf(observed)
  return [...(expectedUnits ?? [])].filter((name) => {
    if (name === unit)
      return storageAway(observed) !== undefined || (observed.machine.data && !ownPosition(observed))
    const databag = peers?.units.get(name)?.databag
    return databag?.data !== false && databag?.position?.token !== token
  })
}

/** What this unit tells of data that it has and that no etcd runs on. */
export function ownPosition(observed: Observed): DataPosition | undefined {
  const { machine } = observed
  const { position } = machine
  if (position === undefined || dataOf(observed) === 'ours') return undefined
  const useless = position === 'unreadable' || machine.damage !== undefined
  const { term, index } = useless ? { term: 0n, index: 0n } : position
  const generation = machine.claim?.generation ?? 0
  return { generation, term: String(term), index: String(index), token: tokenOf(observed) }
}

function tokenOf({ peers }: Observed): string {
  return peers?.application.founding?.token ?? ''
}

/** The furthest first: indices of one generation go on where those of the one before ended, or begin anew. */
function byAdvance(a: DataPosition, b: DataPosition): number {
  const [ours, theirs] = [BigInt(a.index), BigInt(b.index)]
  return b.generation - a.generation || (ours < theirs ? 1 : ours > theirs ? -1 : 0)
}
