// A relation that Juju does not let its leader see, and that has not ended: what is known of it stays, and no hook fails for it.

import { NotAllowed, NotFound, NotLeader, type RelationId, unlessGone } from '../../juju/index.ts'
import type { Charm } from '../charm.ts'

/**
 * What was asked of a relation; `undefined` where it has ended, `denied` where Juju refuses it in this hook.
 *
 * @throws {NotLeader} where this unit leads no more
 */
export async function unlessDenied<Seen>(
  { juju }: Charm,
  relation: RelationId,
  asked: Promise<Seen>,
): Promise<Seen | 'denied' | undefined> {
  try {
    return await unlessGone(asked)
  } catch (error) {
    const refused = error instanceof NotAllowed || error instanceof NotFound
    // The databag of its own application is refused to one that follows, and to no leader.
    if (!refused && !(error instanceof NotLeader && (await juju.stillLeads()))) throw error
    const why = `relation ${relation} can't be read, and is left as it is: ${error.message}`
    await juju.log('WARNING', why)
    return 'denied'
  }
}
