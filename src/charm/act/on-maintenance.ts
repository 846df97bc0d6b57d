// What does the steps about what etcd keeps: room in its databases, its history, and who leads.

import { moveLeader } from '../../etcd/cluster.ts'
import type { EtcdClient } from '../../etcd/client.ts'
import { EtcdFailure } from '../../etcd/errors.ts'
import { compact } from '../../etcd/history.ts'
import type { ByKind } from '../by-kind.ts'
import type { Observed } from '../observed.ts'
import { answeringFirst, openAdmin } from '../open-admin.ts'
import { Waiting } from '../outcome.ts'
import { membersOf } from '../plan/cluster/members.ts'
import type { MaintenanceStep } from '../step.ts'
import { defragmentInTurn } from './defragment.ts'

/** A compaction that waits until the pages are free takes as long as there is history. */
const patienceMs = 100_000

export const onMaintenance: ByKind<MaintenanceStep['kind']> = {
  'database/defragment': (charm, observed, step) => defragmentInTurn(charm, observed, step),
  'history/compact': (_charm, observed, step) => asked(observed, (client) => compact(client, step)),
  'leadership/move': (_charm, observed, { member }) =>
    asked(observed, async (client) => {
      const leader = membersOf(observed)?.find(({ leads }) => leads)
      const [endpoint] = leader?.clientUrls ?? []
      if (endpoint === undefined) throw new Waiting('no member leads now; run it again')
      await moveLeader(client, endpoint, member)
    }),
}

async function asked(observed: Observed, ask: (client: EtcdClient) => Promise<void>): Promise<void> {
  const client = await openAdmin({ endpoints: answeringFirst(observed), deadlineMs: patienceMs })
  if (!client) throw new Waiting('waiting for the admin certificate')
  await using _closed = client
  try {
    await ask(client)
  } catch (error) {
    if (error instanceof EtcdFailure) throw new Waiting(error.message, { cause: error })
    throw error
  }
}
