// An alarm goes on stopping all writes until somebody takes it back, be its cause gone, or the member that raised it.

import { EtcdFailure } from '../../etcd/errors.ts'
import { disarm } from '../../etcd/maintenance.ts'
import type { Observed } from '../observed.ts'
import { endpointsToAsk, openAdmin } from '../open-admin.ts'
import { Waiting } from '../outcome.ts'
import type { Step } from '../step.ts'

export async function actOnAlarm(
  observed: Observed,
  { member, alarm }: Extract<Step, { kind: 'alarm/disarm' }>,
): Promise<void> {
  const client = await openAdmin({ endpoints: endpointsToAsk(observed) })
  if (!client) throw new Waiting('waiting for the admin certificate')
  await using _closed = client
  try {
    await disarm(client, { member, kind: alarm })
  } catch (error) {
    if (!(error instanceof EtcdFailure)) throw error
    throw new Waiting(`the alarm stays for now: ${error.what}; the next hook tries again`, { cause: error })
  }
}
