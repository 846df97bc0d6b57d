// etcd's configuration file, written whole. etcd passes over keys that it doesn't know without a word, and two lines of releases
// name some things differently; so the names here are checked against a running etcd by the tests.

import { stringify } from 'yaml'

export interface ConfigurationSettings {
  readonly name: string
  readonly dataDir: string
  readonly listenPeerUrls: readonly string[]
  readonly listenClientUrls: readonly string[]
  readonly advertisePeerUrls: readonly string[]
  readonly advertiseClientUrls: readonly string[]
  /** Peer URLs by the member's name. */
  readonly initialCluster: Readonly<Record<string, readonly string[]>>
  readonly initialClusterToken: string
  readonly initialClusterState: 'new' | 'existing'
  readonly clientTls: TlsFiles & { readonly crl: string }
  readonly peerTls: TlsFiles
  /** Takes peers by their certificate alone, whatever address they come from: for machines behind address translation. */
  readonly anyPeerAddress?: boolean
  /** Takes peers only whose certificate bears this name. */
  readonly peerName?: string
  /** Of clients and peers; 1.2 unless told. */
  readonly tlsMinVersion?: '1.2' | '1.3'
  /** Of TLS 1.2, by Go's names; etcd's own choice unless told. */
  readonly cipherSuites?: readonly string[]
  readonly metricsUrls: readonly string[]
  /** Beside the journal, in which the charm reads why a start came to nothing. */
  readonly logFile?: string | undefined
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  readonly autoCompaction?: AutoCompaction
  readonly quotaBackendBytes?: number
  readonly snapshotCount?: number
  readonly heartbeatIntervalMs?: number
  readonly electionTimeoutMs?: number
  readonly maxRequestBytes?: number
}

/** Paths of PEM files. */
export interface TlsFiles {
  readonly certificate: string
  readonly key: string
  readonly trustedCa: string
}

/** `retention`: a duration like `1h` for `periodic`, a number of revisions for `revision`. */
export interface AutoCompaction {
  readonly mode: 'periodic' | 'revision'
  readonly retention: string
}

type Tree = {
  readonly [key: string]: string | number | boolean | readonly string[] | Tree | undefined
}

/** `version` is that of the etcd which is to read it. */
export function renderConfiguration(settings: ConfigurationSettings, version: string): string {
  const tree: Tree = {
    ...always,
    ...printMember(settings),
    ...printLog(settings),
    ...printTuning(settings),
    ...printTls(settings, version),
    ...features(version),
    // 3.5 has no such setting.
    ...(!isBefore36(version) && { 'max-learners': learnersTogether(version) }),
  }
  return `# Written by the charm. What is changed here by hand is lost.\n${stringify(tree, { sortMapEntries: true, lineWidth: 0 })}`
}

/** Not left to etcd's defaults, which change: each closes a way in, or a way to lose a quorum. */
const always: Tree = {
  'auth-token': 'simple',
  'enable-grpc-gateway': false,
  'enable-pprof': false,
  logger: 'zap',
  // With how long requests take: an alert is about it.
  metrics: 'extensive',
  'strict-reconfig-check': true,
}

function printMember(settings: ConfigurationSettings): Tree {
  return {
    'advertise-client-urls': list(settings.advertiseClientUrls),
    'data-dir': settings.dataDir,
    'initial-advertise-peer-urls': list(settings.advertisePeerUrls),
    'initial-cluster': printCluster(settings.initialCluster),
    'initial-cluster-state': settings.initialClusterState,
    'initial-cluster-token': settings.initialClusterToken,
    'listen-client-urls': list(settings.listenClientUrls),
    'listen-metrics-urls': list(settings.metricsUrls),
    'listen-peer-urls': list(settings.listenPeerUrls),
    name: settings.name,
  }
}

/** etcd itself keeps the file within bounds: older ones are compressed, under names that collectors pass over, and few. */
const rotation = { compress: true, maxbackups: 4, maxsize: 50 }

function printLog({ logFile, logLevel }: ConfigurationSettings): Tree {
  const toFile = {
    'enable-log-rotation': true,
    'log-outputs': ['stderr', logFile ?? ''],
    'log-rotation-config-json': JSON.stringify(rotation),
  }
  return { 'log-level': logLevel, ...(logFile ? toFile : { 'log-outputs': ['stderr'] }) }
}

function printTuning(settings: ConfigurationSettings): Tree {
  return {
    'auto-compaction-mode': settings.autoCompaction?.mode,
    'auto-compaction-retention': settings.autoCompaction?.retention,
    'election-timeout': settings.electionTimeoutMs,
    'heartbeat-interval': settings.heartbeatIntervalMs,
    'max-request-bytes': settings.maxRequestBytes,
    'quota-backend-bytes': settings.quotaBackendBytes,
    'snapshot-count': settings.snapshotCount,
  }
}

function printTls(settings: ConfigurationSettings, version: string): Tree {
  const { cipherSuites, tlsMinVersion = '1.2' } = settings
  return {
    ...printFilesOf(settings, version),
    'cipher-suites': cipherSuites,
    'tls-min-version': `TLS${tlsMinVersion}`,
  }
}

function printFilesOf(settings: ConfigurationSettings, version: string): Tree {
  const { clientTls, peerTls, anyPeerAddress, peerName } = settings
  const peerFiles = printFiles(peerTls)
  // Neither line has a key for the revocation list, nor 3.5 one for peers' addresses; both take the names of their own fields.
  const clientFields = { ClientTLSInfo: { CRLFile: clientTls.crl } }
  const old = isBefore36(version)
  const peerFields = {
    ...(anyPeerAddress && old && { SkipClientSANVerify: true }),
    ...(peerName !== undefined && { AllowedHostname: peerName }),
  }
  const skips = anyPeerAddress && !old ? { 'skip-client-san-verification': true } : {}
  return {
    'client-transport-security': printFiles(clientTls),
    ...clientFields,
    'peer-transport-security': { ...peerFiles, ...skips },
    ...(Object.keys(peerFields).length > 0 && { PeerTLSInfo: peerFields }),
  }
}

function printFiles({ certificate, key, trustedCa }: TlsFiles): Tree {
  return { 'cert-file': certificate, 'client-cert-auth': true, 'key-file': key, 'trusted-ca-file': trustedCa }
}

/** How many learners a member in this version takes at once; all must take as many, or they would not agree on who is a member. */
export function learnersTogether(version: string | undefined): number {
  return version === undefined || isBefore36(version) ? 1 : 4
}

/**
 * Members compare their data with the others' at start and at compaction, so that a damaged one says so. And they keep how much of a
 * lease is left, of those that are longer than five minutes: without that a new raft leader gives each its full time again.
 */
function features(version: string): Tree {
  if (isBefore36(version)) {
    return {
      'experimental-compact-hash-check-enabled': true,
      'experimental-enable-lease-checkpoint': true,
      'experimental-enable-lease-checkpoint-persist': true,
      'experimental-initial-corrupt-check': true,
    }
  }
  const gates = ['CompactHashCheck', 'InitialCorruptCheck', 'LeaseCheckpoint', 'LeaseCheckpointPersist']
  return { 'feature-gates': gates.map((gate) => `${gate}=true`).join(',') }
}

function isBefore36(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < 3 || (major === 3 && minor < 6)
}

function list(urls: readonly string[]): string {
  return urls.join(',')
}

function printCluster(cluster: ConfigurationSettings['initialCluster']): string {
  return Object.entries(cluster)
    .flatMap(([name, urls]) => urls.map((peerUrl) => `${name}=${peerUrl}`))
    .toSorted()
    .join(',')
}
