// The other half of the map: every action of actions.yaml. A row that is missing or misspelt does not compile.

import { adoptUser } from './charm/actions/adopt-user.ts'
import { allowClient } from './charm/actions/allow-client.ts'
import { createBackup } from './charm/actions/create-backup.ts'
import { deleteBackupAction } from './charm/actions/delete-backup.ts'
import { listBackups } from './charm/actions/list-backups.ts'
import { downgradeCluster } from './charm/actions/downgrade-cluster.ts'
import { forceRefreshStart } from './charm/actions/force-refresh-start.ts'
import { health } from './charm/actions/health.ts'
import { listClients } from './charm/actions/list-clients.ts'
import { plan } from './charm/actions/plan.ts'
import { preRefreshCheck } from './charm/actions/pre-refresh-check.ts'
import { recoverQuorum } from './charm/actions/recover-quorum.ts'
import { restore } from './charm/actions/restore/restore.ts'
import { verifyBackup } from './charm/actions/restore/verify-backup.ts'
import { resumeRefresh } from './charm/actions/resume-refresh.ts'
import { revokeClient } from './charm/actions/revoke-client.ts'
import { rotateAuthorities } from './charm/actions/rotate-authorities.ts'
import { getAdminCredentials } from './charm/actions/get-admin-credentials.ts'
import { createCredentials } from './charm/actions/credentials/create-client-credentials.ts'
import { revokeCredentials } from './charm/actions/credentials/revoke-client-credentials.ts'
import { checkData } from './charm/actions/maintenance/check-data.ts'
import { compact } from './charm/actions/maintenance/compact.ts'
import { defragment } from './charm/actions/maintenance/defragment.ts'
import { disarmAlarms } from './charm/actions/maintenance/disarm-alarms.ts'
import { moveLeader } from './charm/actions/maintenance/move-leader.ts'
import { status } from './charm/actions/status/status.ts'
import type { Handler } from './charm/charm.ts'
import { findHost } from './charm/find-host.ts'
import { isGuestOf } from './charm/plan/cluster/guest.ts'
import { conditionOf } from './charm/outcome.ts'
import { EtcdFailure } from './etcd/errors.ts'
import { plainText } from './plain-text.ts'
import { run } from './run.ts'

export type ActionName =
  | 'plan'
  | 'health'
  | 'list-clients'
  | 'revoke-client'
  | 'allow-client'
  | 'adopt-user'
  | 'recover-quorum'
  | 'rotate-authorities'
  | 'status'
  | 'defragment'
  | 'compact'
  | 'disarm-alarms'
  | 'move-leader'
  | 'check-data'
  | 'get-admin-credentials'
  | 'verify-backup'
  | 'restore'
  | 'create-client-credentials'
  | 'revoke-client-credentials'
  | 'create-backup'
  | 'list-backups'
  | 'delete-backup'
  | 'pre-refresh-check'
  | 'resume-refresh'
  | 'force-refresh-start'
  | 'downgrade-cluster'

export const actions: Readonly<Record<ActionName, Handler>> = {
  plan,
  health,
  'list-clients': listClients,
  'revoke-client': revokeClient,
  'allow-client': allowClient,
  'adopt-user': adoptUser,
  'recover-quorum': recoverQuorum,
  'rotate-authorities': rotateAuthorities,
  status,
  defragment,
  compact,
  'disarm-alarms': disarmAlarms,
  'move-leader': moveLeader,
  'check-data': checkData,
  'get-admin-credentials': getAdminCredentials,

  'verify-backup': verifyBackup,
  restore,
  'create-client-credentials': createCredentials,
  'revoke-client-credentials': revokeCredentials,
  'create-backup': createBackup,
  'list-backups': listBackups,
  'delete-backup': deleteBackupAction,
  'pre-refresh-check': preRefreshCheck,
  'resume-refresh': resumeRefresh,
  'force-refresh-start': forceRefreshStart,
  'downgrade-cluster': downgradeCluster,
}

export function runAction(): Promise<void> {
  const isAction = (row: string): row is ActionName => Object.hasOwn(actions, row)
  return run(({ name }) => (isAction(name) ? inWords(onOwnEtcd(name)) : undefined))
}

/** They look, and tell a guest that it is one. */
const forGuests: ReadonlySet<ActionName> = new Set(['plan', 'status'])

/** Whatever lies on a machine, credentials among it, is another unit's where that one runs etcd there: an action would do its work on that etcd. */
function onOwnEtcd(name: ActionName): Handler {
  if (forGuests.has(name)) return actions[name]
  return async (charm) => {
    const host = await findHost(charm)
    return host === undefined ? actions[name](charm) : charm.juju.actionFail(isGuestOf(host).message)
  }
}

/** What etcd or the machine fails at while an action runs is its answer; a bug is "exit status 1", with the stack in debug-log. */
function inWords(action: Handler): Handler {
  return async (charm) => {
    try {
      await action(charm)
    } catch (error) {
      const words = error instanceof EtcdFailure ? plainText(error.message, 300) : conditionOf(error)?.message
      if (words === undefined) throw error
      await charm.juju.actionFail(`${words}; run it again`)
    }
  }
}
