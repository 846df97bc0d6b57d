// Where things lie on the machine, for both kinds of installation.

import type { Purpose } from '../interfaces/etcd-peers.ts'
import type { Workload } from '../machine/workload.ts'
import type { FileName } from './observed.ts'

const inTls: Readonly<Record<Exclude<FileName, 'configuration'>, string>> = {
  'peer-authority': 'peer-ca.pem',
  'server-authority': 'server-ca.pem',
  truststore: 'client-ca.pem',
  'peer-certificate': 'peer.crt',
  'server-certificate': 'server.crt',
  'admin-certificate': 'admin.crt',
}

export const fileNames: readonly FileName[] = [
  'configuration',
  'peer-authority',
  'server-authority',
  'truststore',
  'peer-certificate',
  'server-certificate',
  'admin-certificate',
]

export function pathOf({ paths }: Workload, file: FileName): string {
  return file === 'configuration' ? paths.config : `${paths.tls}/${inTls[file]}`
}

export function keyPath({ paths }: Workload, purpose: Purpose): string {
  return `${paths.tls}/${purpose}.key`
}

/** The charm's own key, once etcd has shown a certificate of another issuer. */
export function ownKeyPath({ paths }: Workload, purpose: Purpose): string {
  return `${paths.tls}/${purpose}.own.key`
}

/** Certificate and key in one file, which their own places then link to. */
export function pairPath({ paths }: Workload, purpose: Purpose): string {
  return `${paths.tls}/${purpose}.pem`
}

/** Keys and requests for issuers of the operator's. */
export function requestsPath({ paths }: Workload, purpose: Purpose): string {
  return `${paths.state}/${purpose}-requests.json`
}

export function revocationPath({ paths }: Workload): string {
  return `${paths.tls}/client.crl`
}

/** Which serials the revocation list holds, and the list's digest: parsing it would cost every hook node-forge. */
export function revokedPath({ paths }: Workload): string {
  return `${paths.state}/revoked.json`
}

/** A bundle that etcd's own parser tries before it goes live; etcdctl of the snap reads only below the snap's folders. */
export function candidatePath({ paths }: Workload): string {
  return `${paths.tls}/candidate.pem`
}

/** What the running etcd read when it was started. */
export function loadedPath({ paths }: Workload): string {
  return `${paths.state}/loaded.json`
}

/** What the last hook could not do. */
export function failedPath({ paths }: Workload): string {
  return `${paths.state}/failed.json`
}

/** The digest of the tarball that is attached. */
export function tarballPath({ paths }: Workload): string {
  return `${paths.state}/tarball.json`
}

/** The last fetch of a revision of the snap that did not come off. */
export function fetchPath({ paths }: Workload): string {
  return `${paths.state}/fetch.json`
}

/** The start that a hook began and that none has seen the end of. */
export function begunPath({ paths }: Workload): string {
  return `${paths.state}/begun.json`
}

/** What etcd did not run with. */
export function refusedPath({ paths }: Workload): string {
  return `${paths.state}/refused.json`
}

/** What etcd read at its start when it last served. */
export function provenFolder({ paths }: Workload): string {
  return `${paths.state}/proven`
}

/** Certificates that etcd of some release can't load. */
export function unloadablePath({ paths }: Workload): string {
  return `${paths.state}/unloadable.json`
}

/** At which revision all access in etcd was found to be what the ledger says. */
export function auditedPath({ paths }: Workload): string {
  return `${paths.state}/audited.json`
}

/** Which storage this unit has seen, and what was mounted: outside the storage, which may not be there. */
export function storagePath({ paths }: Workload): string {
  return paths.storageRecord
}

/** etcd's data. */
export function memberPath({ paths }: Workload): string {
  return `${paths.data}/member`
}

/** What a member has voted for and written: there from its first start on, and without it nobody is a member. */
export function raftLogPath(workload: Workload): string {
  return `${memberPath(workload)}/wal`
}

/** etcd's database, without its log. */
export function databasePath(workload: Workload): string {
  return `${memberPath(workload)}/snap/db`
}

/** Snapshots of the raft log, and in them all that etcd's older API holds. */
export function snapshotFolder(workload: Workload): string {
  return `${memberPath(workload)}/snap`
}

/** Which founding the data is of: it lies with the data, and goes where that goes. */
export function claimPath(workload: Workload): string {
  return claimIn(memberPath(workload))
}

export function claimIn(member: string): string {
  return `${member}/etcd-charm.json`
}

/** A doubt about etcd's data: it goes where the data goes, aside, say, when the member joins anew. */
export function doubtPath(workload: Workload): string {
  return `${memberPath(workload)}/etcd-charm-doubt.json`
}

/** A new cluster's data, made of a copy of the database: while it is made, and once it is whole. */
export function newClusterPaths({ paths }: Workload): { readonly draft: string; readonly whole: string } {
  return { draft: `${paths.data}/founding`, whole: `${paths.data}/founded` }
}

/** What is made of a snapshot to be restored: while it is made, once it is whole, and the record of what it is. */
export function restorePaths({ paths: { data } }: Workload): {
  readonly draft: string
  readonly ready: string
  readonly record: string
} {
  return { draft: `${data}/restoring`, ready: `${data}/restored`, record: `${data}/restored/etcd-charm.json` }
}

/** Where an operator puts a snapshot that no store holds. */
export function incomingFolder({ paths }: Workload): string {
  return `${paths.data}/incoming`
}

/** Where a backup lies while it is looked at. */
export function fetchedFolder({ paths }: Workload): string {
  return `${paths.data}/fetched`
}

/** Where a snapshot is tried. */
export function trialFolder({ paths }: Workload): string {
  return `${paths.data}/trial`
}

/** Copies of a database, each for as long as somebody is at work on it. */
export function copyFolders(workload: Workload): readonly string[] {
  return [restorePaths(workload).draft, fetchedFolder(workload), trialFolder(workload)]
}

/** In a folder of data that was set aside: a restore has taken its place. */
export const replacedNote = 'replaced.json'

export const asidePrefix = 'set-aside-'

/** Where data of another cluster, or of a member that was replaced, is kept for the operator. */
export function asidePath({ paths }: Workload, now: number): string {
  return `${paths.data}/${asidePrefix}${new Date(now).toISOString().replaceAll(':', '').slice(0, 17)}`
}

/** In a folder of data that was set aside: etcd's data. */
export function memberAside(aside: string): string {
  return `${aside}/member`
}

/** And a copy of it on which no cluster was founded in the end. */
export function copyAside(aside: string): string {
  return `${aside}/founded`
}

/** What a unit keeps about backups: no credential is in any of them. */
export function backupPaths({ state }: Pick<Workload['paths'], 'state'>): {
  readonly folder: string
  readonly stores: string
  readonly begun: string
  readonly progress: string
  readonly outcome: string
} {
  const folder = `${state}/backup`
  const file = (name: string): string => `${folder}/${name}.json`
  return {
    folder,
    stores: file('stores'),
    begun: file('begun'),
    progress: file('progress'),
    outcome: file('outcome'),
  }
}

/** In memory, root's alone: what work is asked to do, credentials among it, until the work has read it. */
export const ordersFolder = '/run/etcd-charm-orders'
