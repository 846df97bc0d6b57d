// THE MAP: every hook that Juju can run for this charm, with what it does; actions.ts has the actions. Most rows reconcile: an event
// may add a fact, never a behaviour. A hook has a handler of its own only if it carries a fact that can't be read again.
// A row that is missing or misspelt does not compile.

import type { Handler } from './charm/charm.ts'
import { arrive } from './charm/arrive.ts'
import { leave } from './charm/leave.ts'
import { prune } from './charm/publish/prune-revision.ts'
import { reconcile } from './charm/reconcile.ts'
import type { Hook, LifecycleHook, RelationHook, SecretHook, StorageHook } from './juju/index.ts'

export type HookName =
  | LifecycleHook
  | RelationHook<
      'etcd-peers' | 'etcd-client' | 'client-cas' | 'cos-agent' | 'peer-certificates' | 'client-certificates'
    >
  | RelationHook<'s3-credentials' | 'azure-storage-credentials' | 'gcs-credentials'>
  | StorageHook<'data'>
  | SecretHook

/**
 * What a client asks for is the leader's alone to answer; what follows from it the other units hear by the relation of the peers. They are
 * most of those that Juju runs such a hook on.
 */
const answer: Handler = async (charm) => {
  if (await charm.juju.isLeader()) await reconcile(charm)
}

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

  'etcd-client-relation-created': answer,
  'etcd-client-relation-joined': answer,
  'etcd-client-relation-changed': answer,
  'etcd-client-relation-departed': answer,
  'etcd-client-relation-broken': answer,

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

export function hookHandler({ name }: Hook): Handler | undefined {
  const isHook = (row: string): row is HookName => Object.hasOwn(hooks, row)
  return isHook(name) ? hooks[name] : undefined
}
