// The charms of the field that `make field` knows: how each is packed from its sources, how it is used, and what it must show.

export interface FieldCharm {
  /** What the table calls it. */
  readonly title: string
  /** Its name in its metadata, and part of its path where several charms have that name. */
  readonly charm: string
  readonly within?: string
  /** Python packages that its code does not use and that can't be installed everywhere; and bounds where its sources set none. */
  readonly without?: readonly string[]
  readonly bounds?: readonly string[]
  /** Programs that its own build brings, by their place in the archive: one of etcd's, or a stand-in's path. */
  readonly programs?: Readonly<Record<string, string>>
}

export interface Issuer extends FieldCharm {
  readonly role: 'issuer'
}

export interface Client extends FieldCharm {
  readonly role: 'client'
  /** Its application, where its code counts on the name. */
  readonly app?: string
  readonly config?: Readonly<Record<string, number>>
  /** The endpoint that is integrated with etcd's. */
  readonly endpoint: string
  /** Where its certificate comes from: an issuer that it is integrated with, an option, or itself. */
  readonly certificate: 'issuer' | 'option' | 'itself'
  /** It asks for every key, and is refused until the operator allows that. */
  readonly everyKey?: true
  /** The names of its users in etcd. */
  readonly users: RegExp
  readonly count: number
  /** Programs that its machine must have, and what they are on the emulator's. */
  readonly tools?: Readonly<Record<string, string>>
  /** Actions: one that writes a key, one that reads it, one that renews the certificate, one that prints what etcd answered. */
  readonly write?: Act
  readonly read?: Act
  readonly renew?: string
  readonly credentials?: string
  /** With this option it sends a CA. */
  readonly sendsAuthority?: string
}

interface Act {
  readonly action: string
  readonly params: Readonly<Record<string, string>>
  /** Of what it prints. */
  readonly shows: RegExp
}

export const issuer: Issuer = {
  role: 'issuer',
  title: 'self-signed-certificates',
  charm: 'self-signed-certificates',
}

const key = { key: 'a' }
const value = { ...key, value: 'one' }

const testCharm = {
  role: 'client',
  endpoint: 'etcd-client',
  certificate: 'issuer',
  credentials: 'get-credentials',
  sendsAuthority: 'send-ca-cert',
} as const

const testCharmV1 = {
  ...testCharm,
  users: /^client[12]\.requirer-charm$/,
  count: 2,
  tools: { etcdctl: '/opt/etcd-of-the-emulator/etcdctl' },
  without: ['psycopg2'],
  write: { action: 'put-etcd', params: value, shows: /OK/ },
  read: { action: 'get-etcd', params: key, shows: /one/ },
  renew: 'update-mtls-certs',
} as const

export const clients: readonly Client[] = [
  {
    role: 'client',
    title: 'data-integrator',
    charm: 'data-integrator',
    endpoint: 'etcd',
    certificate: 'option',
    users: /^integrator$/,
    count: 1,
    credentials: 'get-credentials',
  },
  {
    ...testCharm,
    title: 'test charm of the library, v0',
    charm: 'application-charm-etcd-client',
    bounds: ['charmlibs-snap<2'],
    users: /^requirer-charm$/,
    count: 1,
    write: { action: 'put-etcd', params: { ...value, key: '/requirer-charm/a' }, shows: /OK/ },
    read: { action: 'get-etcd', params: { key: '/requirer-charm/a' }, shows: /one/ },
    renew: 'update-mtls-cert',
  },
  {
    ...testCharmV1,
    title: 'test charm of the library, v1',
    charm: 'application',
    within: 'v1/integration/',
  },
  {
    ...testCharmV1,
    title: 'test charm of the published library, v1',
    charm: 'application',
    within: 'interfaces/tests/',
  },
  {
    role: 'client',
    title: 'benchmark',
    charm: 'charmed-etcd-benchmark-operator',
    endpoint: 'etcd-client',
    certificate: 'issuer',
    bounds: ['charmlibs-snap<2'],
    users: /-[0-9a-f]{8}$/,
    count: 1,
    everyKey: true,
    app: 'charmed-etcd-benchmark-operator',
    config: { 'total-transactions': 3 },
    programs: { 'bin/benchmark': 'tests/field/stand-ins/benchmark' },
    tools: { 'charmed-etcd.benchmark': '/bin/true' },
    write: { action: 'run', params: {}, shows: /started successfully/ },
  },
  {
    role: 'client',
    title: 'rollingops',
    charm: 'test',
    within: 'rollingops/tests/integration/charms/machine',
    endpoint: 'etcd',
    certificate: 'itself',
    users: /./,
    count: 1,
    programs: { 'usr/bin/etcdctl': 'etcdctl' },
    write: { action: 'restart', params: {}, shows: /(?:)/ },
  },
]
