// The settings of this unit's etcd, from what was observed to the text of its configuration file.

import { safeCipherSuites, wordsOf } from '../../../config/certificate-options.ts'
import type { UnitAddresses } from '../../../interfaces/etcd-peers.ts'
import { renderConfiguration } from '../../../machine/configuration.ts'
import { url } from '../../../machine/network.ts'
import { workloadPaths } from '../../../machine/workload.ts'
import type { Observed, WorkloadSeen } from '../../observed.ts'
import { memberName, peerUrlOf } from '../cluster/members.ts'
import { allowedPeerName } from '../issuers/trust.ts'
import { planQuota } from './quota.ts'

export interface Settings {
  readonly observed: Observed
  readonly addresses: UnitAddresses
  readonly token: string
  readonly workload: WorkloadSeen
  readonly bootstrap: Bootstrap
}

/** What etcd reads only while it has no data. */
export interface Bootstrap {
  readonly state: 'new' | 'existing'
  /** Peer URLs by the member's name. */
  readonly members: Readonly<Record<string, readonly string[]>>
}

/**
 * For a member that has data: etcd passes it over. Without data it finds no peer in it and does not start, which is wanted, since
 * a member that forgot what it voted for must not go on under the same name.
 */
export function settledBootstrap(observed: Observed, addresses: UnitAddresses): Bootstrap {
  return { state: 'existing', members: { [memberName(observed.unit)]: [peerUrlOf(addresses)] } }
}

/** Without this unit's name and addresses, and what its machine has room for. */
export function printShared(observed: Observed, workload: WorkloadSeen): string {
  const nowhere = { peer: 'nowhere', client: 'nowhere', names: [] }
  const bootstrap: Bootstrap = { state: 'existing', members: {} }
  const unit = `${observed.application}/0`
  const of = { addresses: nowhere, token: '', workload, bootstrap }
  return printConfiguration({ ...of, observed: { ...observed, unit } }).replace(
    /^quota-backend-bytes: .*\n/m,
    '',
  )
}

export function printConfiguration({ observed, addresses, token, workload, bootstrap }: Settings): string {
  const paths = workloadPaths(workload.kind)
  const name = memberName(observed.unit)
  const { inForce } = observed.config
  const narrow = allowedPeerName(observed)
  const quota = planQuota(observed).bytes
  const tls = (file: string): string => `${paths.tls}/${file}`
  return renderConfiguration(
    {
      name,
      dataDir: paths.data,
      listenPeerUrls: listen(addresses.peer, 2380),
      listenClientUrls: listen(addresses.client, 2379),
      advertisePeerUrls: [peerUrlOf(addresses)],
      advertiseClientUrls: [url('https', addresses.client, 2379)],
      initialCluster: bootstrap.members,
      initialClusterToken: token,
      initialClusterState: bootstrap.state,
      clientTls: {
        certificate: tls('server.crt'),
        key: tls('server.key'),
        trustedCa: tls('client-ca.pem'),
        crl: tls('client.crl'),
      },
      peerTls: { certificate: tls('peer.crt'), key: tls('peer.key'), trustedCa: tls('peer-ca.pem') },
      anyPeerAddress: !inForce['peer-address-check'],
      ...(narrow !== undefined && { peerName: narrow }),
      tlsMinVersion: inForce['tls-min-version'],
      ...(inForce['tls-min-version'] === '1.2' && { cipherSuites: cipherSuitesOf(inForce) }),
      metricsUrls: [metricsUrl],
      logFile: paths.log && `${paths.log}/etcd.log`,
      logLevel: inForce['log-level'],
      autoCompaction: {
        mode: inForce['auto-compaction-mode'],
        retention: inForce['auto-compaction-retention'],
      },
      ...(quota !== undefined && { quotaBackendBytes: quota }),
      snapshotCount: inForce['snapshot-count'],
      heartbeatIntervalMs: inForce['heartbeat-interval'],
      electionTimeoutMs: inForce['election-timeout'],
      maxRequestBytes: inForce['max-request-bytes'],
    },
    workload.version,
  )
}

/** Each once, sorted: the order says nothing, etcd's own preference does. */
function cipherSuitesOf({ 'cipher-suites': asked }: Observed['config']['inForce']): readonly string[] {
  const names = wordsOf(asked)
  return [...new Set(names.length > 0 ? names : safeCipherSuites)].sort()
}

/** Metrics and health are for this machine only. */
export const metricsUrl = 'http://127.0.0.1:2381'

/** The bound address and loopback, so that the charm and an operator on the machine reach etcd whatever the network does. */
function listen(address: string, port: number): readonly string[] {
  return [...new Set([url('https', address, port), url('https', '127.0.0.1', port)])]
}
