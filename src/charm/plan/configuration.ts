// The settings of this unit's etcd, from what was observed to the text of its configuration file.

import type { UnitAddresses } from '../../interfaces/etcd-peers.ts'
import { renderConfiguration } from '../../machine/configuration.ts'
import { url } from '../../machine/network.ts'
import { workloadPaths } from '../../machine/workload.ts'
import type { Observed, WorkloadSeen } from '../observed.ts'

export interface Settings {
  readonly observed: Observed
  readonly addresses: UnitAddresses
  readonly token: string
  readonly workload: WorkloadSeen
}

/** etcd's name of a unit's member: `etcd/0` is `etcd-0`. */
export function memberName(unit: string): string {
  return unit.replaceAll('/', '-')
}

export function printConfiguration({ observed, addresses, token, workload }: Settings): string {
  const paths = workloadPaths(workload.kind)
  const name = memberName(observed.unit)
  const peerUrl = url('https', addresses.peer, 2380)
  const config = observed.config.kind === 'valid' ? observed.config.config : undefined
  const tls = (file: string): string => `${paths.tls}/${file}`
  return renderConfiguration(
    {
      name,
      dataDir: paths.data,
      listenPeerUrls: listen(addresses.peer, 2380),
      listenClientUrls: listen(addresses.client, 2379),
      advertisePeerUrls: [peerUrl],
      advertiseClientUrls: [url('https', addresses.client, 2379)],
      initialCluster: { [name]: [peerUrl] },
      initialClusterToken: token,
      initialClusterState: 'new',
      clientTls: {
        certificate: tls('server.crt'),
        key: tls('server.key'),
        trustedCa: tls('client-ca.pem'),
        crl: tls('client.crl'),
      },
      peerTls: { certificate: tls('peer.crt'), key: tls('peer.key'), trustedCa: tls('peer-ca.pem') },
      metricsUrls: [metricsUrl],
      logLevel: config?.logLevel ?? 'info',
    },
    workload.version,
  )
}

/** Metrics and health are for this machine only. */
export const metricsUrl = 'http://127.0.0.1:2381'

/** The bound address and loopback, so that the charm and an operator on the machine reach etcd whatever the network does. */
function listen(address: string, port: number): readonly string[] {
  return [...new Set([url('https', address, port), url('https', '127.0.0.1', port)])]
}
