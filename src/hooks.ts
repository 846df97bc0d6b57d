// THE MAP: every hook that Juju can run for this charm, and every action, with what it does. Most rows reconcile: an event
// may add a fact, never a behaviour. A hook has a handler of its own only if it carries a fact that can't be read again.
// A row that is missing or misspelt does not compile.

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
import type { Charm } from './charm/charm.ts'
import { arrive } from './charm/arrive.ts'
import { leave } from './charm/leave.ts'
import { prune } from './charm/publish/prune-revision.ts'
import { reconcile } from './charm/reconcile.ts'
import type { LifecycleHook, RelationHook, SecretHook, StorageHook } from './juju/index.ts'

export type HookName =
  | LifecycleHook
  | RelationHook<
      'etcd-peers' | 'etcd-client' | 'client-cas' | 'cos-agent' | 'peer-certificates' | 'client-certificates'
    >
  | RelationHook<'s3-credentials' | 'azure-storage-credentials' | 'gcs-credentials'>
  | StorageHook<'data'>
  | SecretHook
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
export type Handler = (charm: Charm) => Promise<void>

export const hooks: Readonly<Record<HookName, Handler>> = {
  install: reconcile,
  'leader-elected': reconcile,
  'leader-settings-changed': reconcile,
  'config-changed': reconcile,
  start: reconcile,
  'upgrade-charm': reconcile,
  'update-status': reconcile,
  stop: leave,
  remove: leave,

  'data-storage-attached': arrive,
  'data-storage-detaching': leave,

  'etcd-peers-relation-created': reconcile,
  'etcd-peers-relation-joined': reconcile,
  'etcd-peers-relation-changed': reconcile,
  'etcd-peers-relation-departed': reconcile,
  'etcd-peers-relation-broken': reconcile,

  'etcd-client-relation-created': reconcile,
  'etcd-client-relation-joined': reconcile,
  'etcd-client-relation-changed': reconcile,
  'etcd-client-relation-departed': reconcile,
  'etcd-client-relation-broken': reconcile,

  'client-cas-relation-created': reconcile,
  'client-cas-relation-joined': reconcile,
  'client-cas-relation-changed': reconcile,
  'client-cas-relation-departed': reconcile,
  'client-cas-relation-broken': reconcile,

  'cos-agent-relation-created': reconcile,
  'cos-agent-relation-joined': reconcile,
  'cos-agent-relation-changed': reconcile,
  'cos-agent-relation-departed': reconcile,
  'cos-agent-relation-broken': reconcile,
  'peer-certificates-relation-created': reconcile,
  'peer-certificates-relation-joined': reconcile,
  'peer-certificates-relation-changed': reconcile,
  'peer-certificates-relation-departed': reconcile,
  'peer-certificates-relation-broken': reconcile,

  'client-certificates-relation-created': reconcile,
  'client-certificates-relation-joined': reconcile,
  'client-certificates-relation-changed': reconcile,
  'client-certificates-relation-departed': reconcile,
  'client-certificates-relation-broken': reconcile,

  's3-credentials-relation-created': reconcile,
  's3-credentials-relation-joined': reconcile,
  's3-credentials-relation-changed': reconcile,
  's3-credentials-relation-departed': reconcile,
  's3-credentials-relation-broken': reconcile,

  'azure-storage-credentials-relation-created': reconcile,
  'azure-storage-credentials-relation-joined': reconcile,
  'azure-storage-credentials-relation-changed': reconcile,
  'azure-storage-credentials-relation-departed': reconcile,
  'azure-storage-credentials-relation-broken': reconcile,

  'gcs-credentials-relation-created': reconcile,
  'gcs-credentials-relation-joined': reconcile,
  'gcs-credentials-relation-changed': reconcile,
  'gcs-credentials-relation-departed': reconcile,
  'gcs-credentials-relation-broken': reconcile,

  'secret-changed': reconcile,
  'secret-rotate': reconcile,
  'secret-expired': reconcile,
  'secret-remove': prune,
}

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
