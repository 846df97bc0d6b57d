// What a restore takes away, told before it is done: how far the snapshot is behind, who goes on, and who is put out.

import { EtcdFailure } from '../../../etcd/errors.ts'
import { readStore, type StoreFacts } from '../../../etcd/maintenance.ts'
import { endpointsToAsk, openAdmin } from '../../open-admin.ts'
import type { Observed } from '../../observed.ts'
import { ownedNames } from '../../plan/clients/names.ts'
import type { KeptUsers } from '../../plan/restore/wish.ts'
import { describeAge, describeUsers } from './describe.ts'
import type { Sound } from './examine.ts'
import type { Parameters } from './parameters.ts'

/** `undefined` where nobody answers. */
export async function readNow(observed: Observed): Promise<StoreFacts | undefined> {
  if (observed.etcd.kind !== 'up') return undefined
  const client = await openAdmin({ endpoints: endpointsToAsk(observed) })
  if (!client) return undefined
  await using _closed = client
  try {
    return await readStore(client)
  } catch (error) {
    if (error instanceof EtcdFailure) return undefined
    throw error
  }
}

interface Loss {
  readonly observed: Observed
  readonly found: Sound
  readonly now: StoreFacts | undefined
  readonly kept: KeptUsers
  readonly parameters: Parameters
}

export function describeLoss({
  observed,
  found,
  now,
  kept,
  parameters,
}: Loss): Readonly<Record<string, string>> {
  const { peers, unit } = observed
  const others = [...(peers?.units.keys() ?? [])].filter((name) => name !== unit).sort()
  const joining = others.filter((name) => !parameters.without.includes(name))
  const owned = new Set(peers ? ownedNames(peers.ledger) : [])
  const users = found.file.database?.users ?? []
  // A root without a password is as good as the one that is made.
  const out = users.filter(({ name, password }) =>
    name === 'root' ? password : !owned.has(name) && !kept.users.includes(name),
  )
  const age = describeAge(observed.now - found.source.taken)
  return {
    now: now
      ? `revision ${now.revision}, ${now.keys} keys`
      : 'no member answers, so nobody knows how far the cluster is',
    lost: `all that was written in the ${age} since the snapshot, which has ${found.tried.keys} keys; the data of before is kept aside on every unit`,
    clients: `go on with their users and certificates: ${[...owned].sort().join(', ') || 'none'}; their watches begin anew, as revisions are raised`,
    'users-put-out': describeUsers(out),
    'users-kept': describeUsers(users.filter(({ name }) => kept.users.includes(name))),
    units: `${unit} begins with the snapshot; ${joining.join(', ') || 'nobody else'} joins it anew${
      parameters.without.length > 0
        ? `; ${parameters.without.join(', ')} is left out until it comes back`
        : ''
    }`,
  }
}
