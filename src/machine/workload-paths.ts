// Where each kind of installation has its files, its service and its user.

export type WorkloadKind = 'snap' | 'binaries'

export interface Workload {
  readonly kind: WorkloadKind
  /** systemd's name of the service. */
  readonly service: string
  /** The user that etcd runs as, who must be able to read its keys. */
  readonly user: string
  readonly paths: WorkloadPaths
}

export interface WorkloadPaths {
  readonly config: string
  /** Folder of keys, certificates and the revocation list. */
  readonly tls: string
  /** Where Juju mounts the storage `data`, for both kinds. */
  readonly data: string
  /** Folder for the charm's own records; root's alone. */
  readonly state: string
  /** The charm's note that the storage is a mount; systemd looks at it, too. */
  readonly storageRecord: string
  readonly etcdctl: string
  readonly etcdutl: string
  /** Folder of etcd's own log, which collectors read; `undefined` where it has the journal alone. */
  readonly log?: string
}

const data = '/var/snap/charmed-etcd/common/var/lib/etcd'
const state = '/var/lib/etcd-charm'
const storageRecord = `${state}/storage.json`

const workloads: Readonly<Record<WorkloadKind, Workload>> = {
  snap: {
    kind: 'snap',
    service: 'snap.charmed-etcd.etcd.service',
    user: 'snap_daemon',
    paths: {
      config: '/var/snap/charmed-etcd/current/etcd.conf.yml',
      tls: '/var/snap/charmed-etcd/common/tls',
      data,
      state,
      storageRecord,
      etcdctl: '/snap/bin/charmed-etcd.etcdctl',
      etcdutl: '/snap/bin/charmed-etcd.etcdutl',
    },
  },
  binaries: {
    kind: 'binaries',
    service: 'etcd-charm.service',
    user: 'etcd',
    paths: {
      config: '/etc/etcd-charm/etcd.conf.yml',
      tls: '/etc/etcd-charm/tls',
      data,
      state,
      storageRecord,
      etcdctl: '/opt/etcd/current/etcdctl',
      etcdutl: '/opt/etcd/current/etcdutl',
      log: '/var/log/etcd',
    },
  },
}

export function workloadOf(kind: WorkloadKind): Workload {
  return workloads[kind]
}

export function workloadPaths(kind: WorkloadKind): WorkloadPaths {
  return workloads[kind].paths
}
