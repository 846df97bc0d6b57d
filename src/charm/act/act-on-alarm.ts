// An alarm of a member that was removed goes on stopping all writes until somebody takes it back.

import { EtcdFailure } from '../../etcd/errors.ts'
import { disarmCorruption } from '../../etcd/maintenance.ts'
import type { MemberId } from '../../etcd/types.ts'
import type { Observed } from '../observed.ts'
import { endpointsToAsk, openAdmin } from '../open-admin.ts'
import { Waiting } from '../outcome.ts'

export async function actOnAlarm(observed: Observed, member: MemberId): Promise<void> {
  const client = await openAdmin({ endpoints: endpointsToAsk(observed) })
  if (!client) throw new Waiting('waiting for the admin certificate')
  await using _closed = client
  try {
    await disarmCorruption(client, member)
  } catch (error) {
    if (!(error instanceof EtcdFailure)) throw error
    throw new Waiting(`the alarm stays for now: ${error.what}; the next hook tries again`, { cause: error })
  }
}
