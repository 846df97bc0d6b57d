// What judgement hangs on beside the requests themselves, as this hook sees it.

import type { Observed } from '../../observed.ts'
import { pacedRelations } from '../trust/pace.ts'
import type { Rules } from './judge-request.ts'
import { authorityBytes } from '../trust/room.ts'
import { unloadableOf } from '../trust/unloadable.ts'

export function rulesOf(
  seen: Pick<Observed, 'config' | 'peers' | 'unit' | 'clientCas' | 'now'> &
    Partial<Pick<Observed, 'machine'>>,
): Rules {
  const { config, peers, clientCas, machine, unit, now } = seen
  return {
    allowFullKeyspace: config.inForce['allow-full-keyspace'],
    authorities: peers ? authorityBytes(peers.application, clientCas) : 0,
    unloadable: unloadableOf({ peers, unit, ...(machine && { machine }) }),
    paced: pacedRelations(seen),
    now,
  }
}
