// What makes each alert on the charm's line fire. Loki is not at hand here: so what its rule makes of the numbers is asked of Prometheus, which
// reckons alike, over series that are named as the numbers are; that the lines have them is a matter of the stories.

import type { Series } from './series.ts'

export interface LogCase {
  readonly values: string
  readonly at: string
  readonly says: string
  readonly quiet: string
}

export const logCases: Readonly<Record<string, LogCase>> = {
  EtcdNoSpace: {
    values: '0 0 1x60',
    at: '5m',
    says: 'kv/0: the database is full, and etcd takes no writes',
    quiet: '1 1 0x60',
  },
  EtcdCorrupt: {
    values: '1x60',
    at: '5m',
    says: 'kv/0: etcd found the data of its members to differ, and takes no writes',
    quiet: '1 0x60',
  },
  EtcdAccessControlOff: {
    values: '0x60',
    at: '15m',
    says: 'kv/0: access control is off; every client reads and writes every key',
    quiet: '1x60',
  },
  EtcdCertificateEnds: {
    values: '19x120',
    at: '90m',
    says: 'kv/0: a certificate of this member has 19 % of its life left and was not renewed',
    quiet: '33x120',
  },
  EtcdCertificateEndsSoon: {
    values: '-3x60',
    at: '15m',
    says: 'kv/0: a certificate of this member has -3 % of its life left and was not renewed',
    // Renewed meanwhile: what was said last counts.
    quiet: '2x3 90x60',
  },
  EtcdAuthorityEnds: {
    values: '59x120',
    at: '90m',
    says: 'a certificate authority of this cluster ends in 59 days',
    quiet: '61x120',
  },
  EtcdClientCertificateEnds: {
    values: '2x120',
    at: '90m',
    says: '2 certificates of clients are about to end, and their owners have not renewed them',
    quiet: '2x30 0x90',
  },
  EtcdRequestsRefused: {
    values: '2x60',
    at: '40m',
    says: '2 requests of clients are refused',
    quiet: '2x20 0x40',
  },
  EtcdBackupTooOld: {
    values: '2x60',
    at: '30m',
    says: '2 runs of backup-schedule went by since the newest backup',
    // The last run may be under way.
    quiet: '1x60',
  },
  EtcdBackupFails: {
    values: '1x120',
    at: '90m',
    says: 'no scheduled backup can be taken, or the last one failed and none has succeeded since',
    // The next attempt succeeds.
    quiet: '1x20 0x100',
  },
  EtcdBackupUnusable: {
    values: '1x60',
    at: '30m',
    says: "the newest backup was tried and can't be restored",
    quiet: '0x60',
  },
  EtcdRefreshWaits: {
    values: '1x3000',
    at: '49h',
    says: 'kv/0 waits for two days to run the release that lies ready',
    quiet: '1x2000 0x1000',
  },
  EtcdUnitBlocked: {
    values: '1x60',
    at: '40m',
    says: 'kv/0 is blocked for half an hour; somebody must act',
    quiet: '1x20 0x40',
  },
  EtcdCharmSilent: {
    values: '1 stale',
    at: '200m',
    says: "no hook of any unit has written a line for three hours, or the lines don't reach Loki",
    quiet: '1x200',
  },
}

export function sample(
  name: string,
  values: string,
  application: string,
): Pick<Series, 'values'> & { series: string } {
  return { series: `${name}{application="${application}",unit="kv/0"}`, values }
}
