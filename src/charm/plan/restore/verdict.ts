// Whether a snapshot may be restored, and if not, why, in words: by what its file says, by what is noted of it, and by what etcd says of it.

import type { SnapshotFacts } from '../../../etcd/snapshot-file.ts'
import type { Alarm } from '../../../etcd/types.ts'
import type { BackupManifest } from '../../../interfaces/backup-manifest.ts'
import type { Guard } from '../guard.ts'

export type SnapshotTried =
  | { readonly kind: 'unusable'; readonly words: string }
  | {
      readonly kind: 'runs'
      readonly revision: bigint
      readonly keys: bigint
      readonly databaseBytes: bigint
      readonly authentication: boolean
      readonly alarms: readonly Alarm['kind'][]
      /** Of all keys. */
      readonly hash: string
    }

export interface Examined {
  readonly file: SnapshotFacts
  readonly manifest: BackupManifest | undefined
  /** Of the etcd that is installed. */
  readonly version: string
  /** The operator takes what nothing proves to be whole. */
  readonly force: boolean
}

type Examination = Guard<[examined: Examined]>

export const manifestFits: Examination = {
  name: 'manifest-fits',
  because:
    'it is not the file that its manifest was written for: another size or SHA-256; take another backup',
  holds: ({ file, manifest }) =>
    !manifest || (manifest.sha256 === file.sha256 && manifest.size === file.size),
}

export const snapshotIsWhole: Examination = {
  name: 'snapshot-is-whole',
  because: 'it is damaged or cut off: it is not what etcd wrote; take another backup',
  holds: ({ file }) => file.seal !== 'wrong' && (file.seal === 'right' || !isCutOff(file)),
}

export const snapshotIsEtcds: Examination = {
  name: 'snapshot-is-etcds',
  because: "it is no snapshot of etcd's (etcdctl snapshot save makes one)",
  holds: ({ file }) => file.database !== undefined,
}

export const rawIsProven: Examination = {
  name: 'raw-is-proven',
  because:
    "it bears no hash of etcd's at its end: a copy of a member's database, or a snapshot that was cut off; nothing proves it whole, so take another backup, or take it as it is with force=true",
  holds: ({ file, manifest, force }) => file.seal === 'right' || force || manifest?.raw === true,
}

export const snapshotIsNoNewer: Examination = {
  name: 'snapshot-is-no-newer',
  because: 'a later etcd wrote it, and this one would read it wrong without a word',
  holds: ({ file, manifest, version }) =>
    [file.database?.version, manifest?.etcdVersion].every(
      (wrote) => wrote === undefined || !isLaterLine(wrote, version),
    ),
}

/** In this order: what a file is comes before who wrote it. */
const examinations = [manifestFits, snapshotIsWhole, snapshotIsEtcds, rawIsProven, snapshotIsNoNewer]

export function whyNotTaken(examined: Examined): string | undefined {
  const broken = examinations.find((guard) => !guard.holds(examined))
  if (broken !== snapshotIsNoNewer) return broken?.because
  const wrote = [examined.file.database?.version, examined.manifest?.etcdVersion].find(
    (version) => version !== undefined && isLaterLine(version, examined.version),
  )
  return `etcd ${wrote} wrote it, and installed is ${examined.version}, which would read it wrong without a word; refresh etcd first`
}

export function whyNotUsable(tried: SnapshotTried, { manifest, version }: Examined): string | undefined {
  if (tried.kind === 'unusable') return `etcd does not run with it: ${tried.words}`
  if (tried.alarms.includes('corrupt'))
    return 'a member of its cluster was found to differ from the others (alarm CORRUPT); take a backup from before that'
  if (!manifest) return undefined
  // The member was asked before it began to send, and clients may write between: it has that revision, and maybe later ones.
  if (manifest.revision !== undefined && tried.revision < BigInt(manifest.revision))
    return `it goes to revision ${tried.revision}, and its manifest says ${manifest.revision}; take another backup`
  // Lines of etcd reckon the hash differently.
  const comparable = lineOf(manifest.etcdVersion).join('.') === lineOf(version).join('.')
  const same = manifest.revision === undefined || manifest.revision === String(tried.revision)
  if (comparable && same && manifest.hashKv !== undefined && manifest.hashKv !== tried.hash)
    return "etcd's hash of its keys is not what its manifest says; take another backup"
  return undefined
}

/** etcd writes whole pages, and knows its magic number at the beginning: what ends within a page was cut off. */
function isCutOff({ size }: SnapshotFacts): boolean {
  return size % 512 !== 0
}

function isLaterLine(one: string, other: string): boolean {
  const [[major, minor], [otherMajor, otherMinor]] = [lineOf(one), lineOf(other)]
  return major > otherMajor || (major === otherMajor && minor > otherMinor)
}

function lineOf(version: string): readonly [number, number] {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  return [major, minor]
}
