// A start that outlived its hook has come to its end: the turn that was taken for it ends, too.

import { takeNoteBack } from '../../etcd/lock.ts'
import type { Observed } from '../observed.ts'
import { endpointsToAsk, openAdmin } from '../open-admin.ts'
import { turn } from './restart-in-turn.ts'
import type { Outcome } from './run-service.ts'
import { ignoreFailure } from './take-turn.ts'

/** Whoever ended without serving keeps it, for others are not to follow at once. */
export async function endTurn(observed: Observed, outcome: Outcome): Promise<void> {
  if (outcome !== 'serves') return
  const client = await openAdmin({ endpoints: endpointsToAsk(observed) })
  if (!client) return
  await using _closed = client
  // Where it fails, the lock ends by itself, and a note of one that answers says nothing.
  for (const name of [turn.note, turn.lock])
    await takeNoteBack(client, name, observed.unit).catch(ignoreFailure)
}
