// As metrics-cases.ts: the alerts on networks and disks.

import type { Case } from './metrics-cases.ts'
import { histogram, of, type Series } from './series.ts'

const here = { juju_unit: 'kv/0' }
const fsync = 'etcd_disk_wal_fsync_duration_seconds'
const size = (values: string): Series => of('etcd_mvcc_db_total_size_in_bytes', 'kv/0', values)
const quota = of('etcd_server_quota_backend_bytes', 'kv/0', '2000000000x300')

export const hardwareCases: Readonly<Record<string, Case>> = {
  EtcdSlowPeers: {
    fires: histogram(
      'etcd_network_peer_round_trip_time_seconds',
      'kv/0',
      { 0.2: 0, 0.4: 10, '+Inf': 10 },
      { To: 'a' },
    ),
    at: '20m',
    labels: { juju_unit: 'kv/0', To: 'a' },
    says: 'from kv/0 to member a and back takes 398ms',
    quiet: histogram(
      'etcd_network_peer_round_trip_time_seconds',
      'kv/0',
      { 0.1: 10, 0.4: 10, '+Inf': 10 },
      { To: 'a' },
    ),
  },
  EtcdHeartbeatsLate: {
    fires: [of('etcd_server_heartbeat_send_failures_total', 'kv/0', '0+2x40')],
    at: '25m',
    labels: here,
    says: 'the leader on kv/0 sent 30 heartbeats late within 15 minutes',
    quiet: [of('etcd_server_heartbeat_send_failures_total', 'kv/0', '0 2 4 6x40')],
  },
  EtcdSlowFsync: {
    fires: histogram(fsync, 'kv/0', { 0.512: 0, 1: 10, '+Inf': 10 }),
    at: '20m',
    labels: here,
    says: 'one of a hundred writes of the log takes longer than 995.1ms on the disk of kv/0',
    quiet: histogram(fsync, 'kv/0', { 0.256: 9, 0.512: 10, '+Inf': 10 }).map((row) => ({
      ...row,
      values: row.labels.le === '0.256' ? row.values.replace('9', '10') : row.values,
    })),
  },
  EtcdVerySlowFsync: {
    fires: histogram(fsync, 'kv/0', { 1.024: 0, 2.048: 10, '+Inf': 10 }),
    at: '20m',
    labels: here,
    says: 'one of a hundred writes of the log takes longer than 2.038s on the disk of kv/0',
    quiet: histogram(fsync, 'kv/0', { 0.512: 0, 1: 10, '+Inf': 10 }),
  },
  EtcdSlowCommit: {
    fires: histogram('etcd_disk_backend_commit_duration_seconds', 'kv/0', {
      0.256: 0,
      0.512: 10,
      '+Inf': 10,
    }),
    at: '20m',
    labels: here,
    says: 'one of a hundred writes of the database takes longer than 509.4ms on the disk of kv/0',
    quiet: histogram('etcd_disk_backend_commit_duration_seconds', 'kv/0', {
      0.128: 10,
      0.256: 10,
      '+Inf': 10,
    }),
  },
  EtcdQuotaLow: {
    fires: [size('1700000000x30'), quota],
    at: '20m',
    labels: here,
    says: 'the database of kv/0 has 85 % of its quota; at 100 % etcd takes no writes',
    quiet: [size('1500000000x30'), quota],
  },
  EtcdQuotaReached: {
    fires: [size('1960000000x30'), quota],
    at: '10m',
    labels: here,
    says: 'the database of kv/0 has 98 % of its quota; at 100 % etcd takes no writes',
    quiet: [size('1800000000x30'), quota],
  },
  EtcdDatabaseGrows: {
    fires: [size('600000000+5000000x240'), quota],
    at: '120m',
    labels: here,
    says: 'the database of kv/0 reaches its quota within four hours if it goes on growing like this',
    // The first keys of a new cluster.
    quiet: [size('20480 16000000+100000x240'), quota],
  },
  EtcdFragmentation: {
    fires: [size('400000000x60'), of('etcd_mvcc_db_total_size_in_use_in_bytes', 'kv/0', '100000000x60')],
    at: '45m',
    labels: here,
    says: '75 % of the database file of kv/0 are free pages',
    // A small one: what would be won is nothing.
    quiet: [size('20000000x60'), of('etcd_mvcc_db_total_size_in_use_in_bytes', 'kv/0', '1000000x60')],
  },
  EtcdFileDescriptors: {
    fires: [of('process_open_fds', 'kv/0', '60000x30'), of('process_max_fds', 'kv/0', '65536x30')],
    at: '20m',
    labels: here,
    says: 'etcd of kv/0 has 92 % of the file descriptors that it may have',
    quiet: [of('process_open_fds', 'kv/0', '30000x30'), of('process_max_fds', 'kv/0', '65536x30')],
  },
}
