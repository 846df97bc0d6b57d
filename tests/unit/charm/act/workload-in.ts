// An etcd whose files all lie in one folder, for tests of what the charm writes on disk.

import type { Workload } from '../../../../src/machine/workload.ts'

export function workloadIn(folder: string): Workload {
  return {
    kind: 'snap',
    service: 'none',
    user: 'nobody',
    paths: {
      config: `${folder}/config`,
      tls: folder,
      data: folder,
      state: `${folder}/state`,
      storageRecord: `${folder}/storage`,
      etcdctl: 'none',
      etcdutl: 'none',
    },
  }
}
