// Where things lie in a store: `<path>/<application>-<first 8 of the model's uuid>/<id>/snapshot.db` and `…/manifest.json`.

/** Like `2026-11-26T21:30:05Z`: sorts as it goes by time, and needs no quoting in any store. */
export type BackupId = string & { readonly [backupIdBrand]: true }
declare const backupIdBrand: unique symbol

export function isBackupId(text: string): text is BackupId {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) && !Number.isNaN(Date.parse(text))
}

/** @param now milliseconds since 1970 */
export function backupIdAt(now: number): BackupId {
  const id = `${new Date(now).toISOString().slice(0, 19)}Z`
  if (isBackupId(id)) return id
  throw new RangeError(`${now} is no time`)
}

/** Clocks differ by so much, in milliseconds. What is later still was named by a clock that was wrong, unless this one is. */
const clocksDiffer = 60 * 60_000

/** @param now milliseconds since 1970 */
export function isAhead(id: string, now: number): boolean {
  return Date.parse(id) > now + clocksDiffer
}

/** The folder of one application's backups below the operator's path: two models may each have an `etcd`. */
export function sourceOf(application: string, modelUuid: string): string {
  return `${application}-${modelUuid.slice(0, 8)}`
}

/** With a slash at its end unless it is the bucket's root; stray slashes of the operator's are dropped. */
export function folderOf(path: string): string {
  const parts = path.split('/').filter((part) => part !== '')
  return parts.length === 0 ? '' : `${parts.join('/')}/`
}

/**
 * Whether a store that takes an address apart would look elsewhere: it goes back a folder, or out of the bucket. A list is asked for by a
 * text and not by an address, and does not find what was put there.
 */
export function leadsElsewhere(path: string): boolean {
  return path.split('/').some((part) => part === '.' || part === '..')
}

interface Place {
  readonly path: string
  readonly source: string
  readonly id: BackupId
}

export function snapshotKey({ path, source, id }: Place): string {
  return `${folderOf(path)}${source}/${id}/snapshot.db`
}

export function manifestKey({ path, source, id }: Place): string {
  return `${folderOf(path)}${source}/${id}/manifest.json`
}
