// While a restore is made ready, nobody is switched to another release, and nobody takes a backup that the restore would break off.

import { EtcdFailure } from '../../../etcd/errors.ts'
import { lockHolder } from '../../../etcd/lock.ts'
import { keepLock } from '../../keep-lock.ts'
import type { Observed } from '../../observed.ts'
import { endpointsToAsk, openAdmin } from '../../open-admin.ts'
import { restartLock, unitOfTurn } from '../../plan/cluster/absence.ts'
import { describeWork } from '../../plan/refresh/hold.ts'

interface Held extends AsyncDisposable {
  readonly kind: 'held'
  /** `false` where somebody may have been switched to another release meanwhile. */
  heldThroughout(): Promise<boolean>
  /** The lock is of a cluster that stands still by now, and asking it to let go would only keep everybody waiting: its lease ends it. */
  founded(): void
}

export type HeldOff = Held | (AsyncDisposable & { readonly kind: 'refused'; readonly why: string })

const nothing = { [Symbol.asyncDispose]: async () => {} }
const nobody: Held = { kind: 'held', heldThroughout: async () => true, founded: () => {}, ...nothing }

/** Where etcd does not answer, nobody does any of that. */
export async function holdOthersOff(observed: Observed): Promise<HeldOff> {
  const { etcd, unit } = observed
  if (etcd.kind !== 'up') return nobody
  const client = await openAdmin({ endpoints: endpointsToAsk(observed) })
  if (!client) return nobody
  const holders = new AsyncDisposableStack()
  holders.use(client)
  let { heldThroughout } = nobody
  try {
    const lock = await keepLock(client, 'restore', unit)
    if (lock.kind === 'taken') throw new Refused(describeWork({ kind: 'restore', by: lock.by }))
    holders.use(lock)
    heldThroughout = lock.heldThroughout
    // Only then: whoever looked before this was noted has its turn by now, and is seen here.
    const turn = unitOfTurn(await lockHolder(client, restartLock))
    if (turn !== undefined && turn !== unit) throw new Refused(`${turn} has its turn to restart`)
    const backup = await lockHolder(client, 'backup')
    if (backup !== undefined && backup !== unit)
      throw new Refused(describeWork({ kind: 'backup', by: backup }))
  } catch (error) {
    await holders.disposeAsync()
    // Where it answers no more, it holds nobody off, and the restore is what is left.
    if (error instanceof EtcdFailure) return nobody
    if (!(error instanceof Refused)) throw error
    return { kind: 'refused', why: `${error.message}; wait for its end, and run restore again`, ...nothing }
  }
  let stays = false
  return {
    kind: 'held',
    heldThroughout,
    founded: () => {
      stays = true
    },
    async [Symbol.asyncDispose]() {
      if (!stays) await holders.disposeAsync()
    },
  }
}

class Refused extends Error {
  override readonly name = 'Refused'
}
