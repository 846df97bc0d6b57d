// What a unit tells of its own release.

import type { RefreshTold } from '../../../interfaces/etcd-peers.ts'
import type { Observed } from '../../observed.ts'
import { storesOf } from '../backup/stores.ts'
import { newestKnown } from '../backup/work.ts'
import { servesHere } from '../cluster/members.ts'
import { phaseOf } from '../workload/next-start.ts'
import { orderOf } from './hold.ts'
import { releaseOf, wantedRelease } from './release.ts'

export function tellRelease(observed: Observed, told: RefreshTold | undefined): RefreshTold | undefined {
  const { machine } = observed
  const wants = wantedRelease(observed) || told?.wants
  const runs = machine.loaded && releaseOf(machine.loaded)
  const serves = phaseOf(observed) === 'runs' && servesHere(observed)
  const proven = runs && (serves || told?.proven === runs) ? runs : undefined
  const current = machine.workload && releaseOf(machine.workload)
  const previous = machine.previous && releaseOf(machine.previous)
  // The same where a switch died half-way: then it is what was told last, or nobody knew that this is a way back.
  const before = previous === current ? told?.before : previous
  const charm = machine.charmRevision
  // The code that wanted what ran before: where a rollback leads.
  const from = told?.wants !== undefined && told.wants !== wants ? told.charm : told?.from
  const order = orderOf(observed)
  // Of another release it says nothing, nor once it is done.
  const stands = order && order.release === wants
  // The first unit to go has to know of it, and the leader alone looks after backups.
  const stored = observed.leader && storesOf(observed).length > 0
  const backup = stored ? (newestKnown(observed) ?? 0) : undefined
  const next: RefreshTold = {
    ...(wants && { wants }),
    ...(runs && { runs }),
    ...(proven && { proven }),
    ...(before && { before }),
    ...(charm !== undefined && { charm }),
    ...(from !== undefined && { from }),
    ...(stands && { order }),
    ...(backup !== undefined && { backup }),
  }
  return Object.keys(next).length > 0 ? next : undefined
}
