// A plain, settled observation for the tests of the core, and small changes to it.

import { noClients } from '../../../src/charm/observe/clients.ts'
import { emptyLedger } from '../../../src/charm/plan/clients/ledger.ts'
import { markRole } from '../../../src/charm/plan/clients/naming-guards.ts'
import type { AccessSeen, Observed, RelationSeen } from '../../../src/charm/observed.ts'
import { defaults } from '../../../src/config.ts'
import { prefixRange } from '../../../src/etcd/key-range.ts'
import {
  type Leaf,
  type Ledger,
  type LedgerEntry,
  ledgerKey,
  type RequestKey,
} from '../../../src/interfaces/ledger.ts'

export const now = Date.UTC(2026, 10, 24)
const day = 24 * 60 * 60 * 1000

export function leaf(commonName: string, serial = commonName): Leaf {
  return {
    pem: `-----BEGIN CERTIFICATE-----\n${commonName}-${serial}\n-----END CERTIFICATE-----\n`,
    commonName,
    fingerprint: `fingerprint-${commonName}-${serial}`,
    serial: `serial-${serial}`,
    notBefore: now - day,
    notAfter: now + 90 * day,
    subjectSize: 20 + commonName.length,
  }
}

export function accepted(
  commonName: string,
  more: Partial<Extract<LedgerEntry, { state: 'accepted' }>> = {},
): LedgerEntry {
  return {
    state: 'accepted',
    application: 'web',
    protocol: 'v0',
    echo: {},
    prefix: `/${commonName}/`,
    leaf: leaf(commonName),
    served: false,
    ours: true,
    ...more,
  }
}

export function ledgerOf(
  rows: readonly (readonly [RequestKey, LedgerEntry])[],
  more: Partial<Ledger> = {},
): Ledger {
  const entries = new Map(rows.map(([key, entry]) => [ledgerKey(key), { key, entry }]))
  return { ...emptyLedger, entries, ...more }
}

/** Nothing that judgement hangs on beside the requests. */
export const noRules = {
  allowFullKeyspace: false,
  unloadable: new Map<string, string>(),
  authorities: 0,
  paced: new Set<number>(),
  now,
}

export function relationKey(relation: number, request = ''): RequestKey {
  return { relation, request }
}

export function offers(commonName: string, more: { prefix?: string; serial?: string } = {}): RelationSeen {
  return {
    kind: 'requests',
    application: 'web',
    protocol: 'v0',
    requests: [
      {
        asked: { request: '', prefix: more.prefix ?? `/${commonName}/`, echo: {} },
        certificate: { kind: 'leaf', leaf: leaf(commonName, more.serial), secret: undefined },
      },
    ],
  }
}

export function access(commonName: string, prefix = `/${commonName}/`): AccessSeen {
  return {
    user: true,
    roles: [markRole, commonName],
    permissions: [{ ...prefixRange(prefix), type: 'Readwrite' }],
  }
}

export const noAccess: AccessSeen = { user: false, roles: [], permissions: undefined }

const peer = {
  publicKey: 'key-peer',
  serial: 'serial-peer',
  notAfter: now + 300 * day,
  current: true,
  names: ['10.0.0.1', '127.0.0.1', '::1', 'localhost'],
}
/** As `nameOfPeers` makes it of the model and the application. */
const peersName = 'etcd.5f0a2c6e-0000-4000-8000-000000000000.etcd.internal'
const pems = { peer: 'peer', server: 'server', admin: 'admin' }
const addresses = { peer: '10.0.0.1', client: '10.0.0.1', names: ['10.0.0.1'] }

/** One unit, leader and founder, etcd up, nothing to do. */
export function settled(): Observed {
  return {
    now,
    unit: 'etcd/0',
    application: 'etcd',
    modelUuid: '5f0a2c6e-0000-4000-8000-000000000000',
    leader: true,
    leaving: false,
    sweep: false,
    aboutClient: false,
    looksAtMembers: false,
    expectedUnits: undefined,
    collect: false,
    order: undefined,
    config: { inForce: defaults, onRecord: defaults, problems: [] },
    peers: {
      relation: 0,
      application: {
        founding: { founder: 'etcd/0', token: 'token', generation: 1, born: true },
        authorities: pems,
        certificates: new Map([['etcd/0', pems]]),
        clientCas: {},
        unreadable: [],
      },
      ledger: ledgerOf([]),
      authoritiesEnd: now + 3000 * day,
      units: new Map([
        [
          'etcd/0',
          {
            databag: { requests: pems, addresses, endpoint: '10.0.0.1:2379', version: '3.6.4' },
            requested: new Map([
              ['peer', 'key-peer'],
              ['server', 'key-server'],
              ['admin', 'key-admin'],
            ] as const),
            issued: new Map([
              ['peer', { ...peer, names: [...peer.names, peersName].sort() }],
              ['server', { ...peer, publicKey: 'key-server' }],
              ['admin', { ...peer, publicKey: 'key-admin', serial: 'serial-admin', names: [] }],
            ] as const),
          },
        ],
      ]),
    },
    addresses,
    machine: {
      requests: { peer: [], server: [] },
      source: { kind: 'unread' },
      ready: undefined,
      replaced: [],
      hasCopies: false,
      workload: { kind: 'snap', version: '3.6.4', archive: undefined },
      prepared: undefined,
      files: {},
      keys: new Map([
        ['peer', 'key-peer'],
        ['server', 'key-server'],
        ['admin', 'key-admin'],
      ] as const),
      storage: {
        kind: 'here',
        record: { unit: 'etcd/0', storage: 'data/0', mount: 'ext4 /dev/sdb /' },
        recorded: true,
      },
      unloadable: [],
      revoked: [],
      loaded: undefined,
      audited: undefined,
      data: true,
      databaseBytes: 0,
      capacity: undefined,
      claim: { token: 'token', generation: 1, unit: 'etcd/0' },
      position: undefined,
      damage: undefined,
      service: 'inactive',
      run: {
        invocation: '1a',
        since: '',
        mute: false,
        begun: undefined,
        proven: true,
        refused: undefined,
      },
      serviceDefined: true,
      startDefined: true,
      occupant: undefined,
    },
    etcd: { kind: 'unasked' },
    clients: noClients,
    clientCas: undefined,
  }
}
