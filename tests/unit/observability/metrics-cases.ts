// What makes each alert on metrics fire, in words and labels, and what is close to it and does not.

import { hardwareCases } from './hardware-cases.ts'
import { histogram, of, ofAll, type Series } from './series.ts'

export interface Case {
  readonly fires: readonly Series[]
  /** Later than its `for`. */
  readonly at: string
  readonly labels: Readonly<Record<string, string>>
  /** Behind the names of model and application. */
  readonly says: string
  readonly quiet: readonly Series[]
}

const here = { juju_unit: 'kv/0' }
const healthy = [...ofAll('up', '1x60'), ...ofAll('etcd_server_has_leader', '1x60')]

const handled = (code: string, values: string): Series =>
  of('grpc_server_handled_total', 'kv/0', values, {
    grpc_type: 'unary',
    grpc_code: code,
    grpc_service: 'etcdserverpb.KV',
    grpc_method: 'Put',
  })
const ofPut = { juju_unit: 'kv/0', grpc_service: 'etcdserverpb.KV', grpc_method: 'Put' }
const kv = { grpc_type: 'unary', grpc_service: 'etcdserverpb.KV', grpc_method: 'Range' }
export const metricsCases: Readonly<Record<string, Case>> = {
  EtcdMemberDown: {
    fires: [of('up', 'kv/0', '0x20'), of('up', 'kv/1', '1x20')],
    at: '10m',
    labels: here,
    says: 'etcd of kv/0 does not answer the collector on its own machine',
    // A restart.
    quiet: [of('up', 'kv/0', '1 1 0 0 0 1x20')],
  },
  EtcdInsufficientMembers: {
    // One machine is gone with its collector, one member is down, and the last one has lost its leader.
    fires: [
      of('up', 'kv/0', '1x20'),
      of('up', 'kv/1', '1 1 1 1 1 0x20'),
      of('up', 'kv/2', '1 1 1 1 1 stale'),
      of('etcd_server_has_leader', 'kv/0', '1 1 1 1 1 0x20'),
    ],
    at: '12m',
    labels: {},
    says: 'only 1 members answer, which are fewer than a quorum; nothing can be written',
    // Two of five were removed, and who stayed has a leader.
    quiet: [
      of('up', 'kv/0', '1x20'),
      of('up', 'kv/1', '1 1 1 1 1 stale'),
      of('up', 'kv/2', '1 1 1 1 1 stale'),
      of('etcd_server_has_leader', 'kv/0', '1x20'),
    ],
  },
  EtcdMetricsMissing: {
    fires: [],
    at: '10m',
    labels: {},
    says: "nothing is known of any member; the collectors have gone, or don't reach Prometheus",
    quiet: [of('up', 'kv/2', '0x20')],
  },
  EtcdUnitMetricsMissing: {
    fires: [of('up', 'kv/0', '1x5 stale'), of('up', 'kv/1', '1x30')],
    at: '20m',
    labels: here,
    says: 'nothing is known any more of kv/0, which was there within the hour; its machine or its collector has gone, or it was removed',
    quiet: [of('up', 'kv/0', '1x5 0x30'), of('up', 'kv/1', '1x30')],
  },
  EtcdNoLeader: {
    fires: [of('etcd_server_has_leader', 'kv/0', '1 1 0x20')],
    at: '5m',
    labels: here,
    says: 'the member of kv/0 knows no leader',
    quiet: healthy,
  },
  EtcdLeaderChanges: {
    fires: [of('etcd_server_leader_changes_seen_total', 'kv/0', '0+1x30')],
    at: '25m',
    labels: {},
    says: 'the leader has changed 15 times within 15 minutes',
    // A restart of each member in turn.
    quiet: [of('etcd_server_leader_changes_seen_total', 'kv/0', '1 1 1 1 1 1 1 1 2 2 3 3 4x20')],
  },
  EtcdLearnerStuck: {
    fires: [of('etcd_server_is_learner', 'kv/0', '1x60')],
    at: '40m',
    labels: here,
    says: 'the member of kv/0 is a learner for half an hour, and has no vote',
    quiet: [of('etcd_server_is_learner', 'kv/0', '1x20 0x40')],
  },
  EtcdLearnerPromotionFails: {
    fires: [of('etcd_server_learner_promote_failures', 'kv/0', '0+1x90', { Reason: 'learner is not ready' })],
    at: '80m',
    labels: here,
    says: 'learners are not promoted on kv/0 (60 attempts failed within an hour)',
    quiet: [
      of('etcd_server_learner_promote_failures', 'kv/0', '0x30 1 2 3x90', { Reason: 'learner is not ready' }),
    ],
  },
  EtcdRevisionLag: {
    fires: [
      of('etcd_server_proposals_applied_total', 'kv/0', '1000x40'),
      of('etcd_server_proposals_applied_total', 'kv/1', '1000+6000x40'),
    ],
    at: '30m',
    labels: here,
    says: 'the member of kv/0 is 180000 entries behind the others',
    // Looked at a minute later, at 100 writes a second.
    quiet: [
      of('etcd_server_proposals_applied_total', 'kv/0', '0+6000x40'),
      of('etcd_server_proposals_applied_total', 'kv/1', '6000+6000x40'),
    ],
  },
  EtcdFailedRequests: {
    fires: [handled('OK', '0+98x40'), handled('Unavailable', '0+2x40')],
    at: '20m',
    labels: ofPut,
    says: '2.0 % of Put fail on kv/0',
    // What a client may not have, and one that failed and did well again.
    quiet: [
      handled('OK', '0+98x40'),
      handled('PermissionDenied', '0+50x40'),
      handled('Unavailable', '0 0 2x40'),
    ],
  },
  EtcdManyFailedRequests: {
    fires: [handled('OK', '0+90x40'), handled('ResourceExhausted', '0+10x40')],
    at: '20m',
    labels: ofPut,
    says: '10.0 % of Put fail on kv/0',
    quiet: [handled('OK', '0+96x40'), handled('ResourceExhausted', '0+4x40')],
  },
  EtcdSlowRequests: {
    fires: histogram('grpc_server_handling_seconds', 'kv/0', { 0.1: 0, 0.2: 100, '+Inf': 100 }, kv),
    at: '20m',
    labels: { juju_unit: 'kv/0', grpc_method: 'Range' },
    says: 'one of a hundred Range takes longer than 199ms on kv/0',
    quiet: [
      ...histogram('grpc_server_handling_seconds', 'kv/0', { 0.1: 100, 0.2: 100, '+Inf': 100 }, kv),
      ...histogram(
        'grpc_server_handling_seconds',
        'kv/0',
        { 0.1: 0, 0.2: 1, '+Inf': 1 },
        {
          ...kv,
          grpc_service: 'etcdserverpb.Maintenance',
          grpc_method: 'Defragment',
        },
      ),
    ],
  },
  EtcdFailedProposals: {
    fires: [of('etcd_server_proposals_failed_total', 'kv/0', '0+1x40')],
    at: '35m',
    labels: here,
    says: '15 writes were not agreed upon on kv/0 within 15 minutes',
    quiet: [of('etcd_server_proposals_failed_total', 'kv/0', '0 1 2 3x40')],
  },
  EtcdApplyBacklog: {
    fires: [
      of('etcd_server_proposals_committed_total', 'kv/0', '9000x20'),
      of('etcd_server_proposals_applied_total', 'kv/0', '7000x20'),
    ],
    at: '10m',
    labels: here,
    says: 'kv/0 has 2000 writes that are agreed upon and not applied',
    quiet: [
      of('etcd_server_proposals_committed_total', 'kv/0', '9000x20'),
      of('etcd_server_proposals_applied_total', 'kv/0', '8900x20'),
    ],
  },
  EtcdSlowApplies: {
    fires: [of('etcd_server_slow_apply_total', 'kv/0', '0+10x60')],
    at: '45m',
    labels: here,
    says: 'kv/0 took longer than 100 ms to apply 150 requests within 15 minutes',
    quiet: [of('etcd_server_slow_apply_total', 'kv/0', '0+3x60')],
  },
  ...hardwareCases,
}
