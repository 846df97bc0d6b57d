// Where the snapshot is that an operator names: on this unit's storage, or in a store, from which it is fetched.

import type { Charm } from '../../charm.ts'
import { findIncoming, type Located } from './incoming.ts'
import type { Parameters } from './parameters.ts'

/** What was fetched goes with it. */
export async function locate(_charm: Charm, { file }: Parameters): Promise<Located & AsyncDisposable> {
  const stays = { [Symbol.asyncDispose]: async () => {} }
  if (file === undefined)
    return { kind: 'refused', why: 'say which snapshot: file=<name in incoming/>', ...stays }
  return { ...(await findIncoming(file)), ...stays }
}
