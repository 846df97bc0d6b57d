// `juju run etcd/leader list-backups`: what is in the store, which is the only truth about backups.

import * as z from 'zod/mini'
import { sourceOf } from '../../interfaces/backup-layout.ts'
import { printJsonText } from '../../interfaces/json-text.ts'
import type { StoreFailure } from '../../object-storage/port.ts'
import { plainText } from '../../plain-text.ts'
import type { Charm } from '../charm.ts'
import type { BackupRow } from '../plan/backup/listing.ts'
import { printBackups } from '../plan/backup/print-backups.ts'
import { readBackups, readBackupsOf } from '../read-backups.ts'
import { readParameters } from './parameters.ts'
import { withStore } from './with-store.ts'

const parameters = z.object({
  all: z._default(z.boolean(), false),
  source: z.optional(z.string()),
})

export async function listBackups(charm: Charm): Promise<void> {
  const { juju, context } = charm
  const asked = await readParameters(charm, parameters)
  if (!asked) return
  await withStore(charm, async ({ store, related }) => {
    const { all, source } = asked
    const { path } = related.settings
    const application = { application: context.app, modelUuid: context.model.uuid }
    const unread: StoreFailure[] = []
    const rows = source
      ? await readBackupsOf(store, path, source)
      : await readBackups(store, { path, ...application, all }, (failure) => unread.push(failure))
    await juju.actionSet({
      ...tellBackups(rows, source || sourceOf(context.app, context.model.uuid)),
      ...(unread[0] && {
        unread: `${unread.length} manifests of others, told as partial: ${plainText(unread[0].message, 300)}`,
      }),
    })
  })
}

/** Juju takes results as arguments, of which each may be 128 KiB at most. */
const longest = 100_000
const mostNamed = 20

/** As much as fits: whole sources in the table, the first one's first, and so many rows in JSON. */
export function tellBackups(rows: readonly BackupRow[], first: string): Readonly<Record<string, string>> {
  const sources = [...new Set(rows.map(({ source }) => source))]
  const fits = (count: number): boolean =>
    Buffer.byteLength(printSources(rows, sources, count, first)) <= longest
  const told = howManyFit(sources.length, fits)
  const json = rows.map((row) => printJsonText(toJson(row)))
  const inJson = howManyFit(json.length, (count) => json.slice(0, count).join().length <= longest)
  const left = [...describeSources(rows, sources.slice(told)), ...describeRest(json.length, inJson)]
  return {
    backups: printSources(rows, sources, told, first),
    json: `[${json.slice(0, inJson).join()}]`,
    ...(left.length > 0 && { left: left.join('; ') }),
  }
}

/** The most that fit, where fewer fit as well. */
function howManyFit(count: number, fits: (count: number) => boolean): number {
  let [fit, more] = [0, count + 1]
  while (more - fit > 1) {
    const middle = Math.floor((fit + more) / 2)
    if (fits(middle)) fit = middle
    else more = middle
  }
  return fit
}

function printSources(
  rows: readonly BackupRow[],
  sources: readonly string[],
  count: number,
  first: string,
): string {
  const told = new Set(sources.slice(0, count))
  return printBackups(
    rows.filter(({ source }) => told.has(source)),
    first,
  )
}

function describeSources(rows: readonly BackupRow[], sources: readonly string[]): readonly string[] {
  if (sources.length === 0) return []
  const left = new Set(sources)
  const count = rows.filter(({ source }) => left.has(source)).length
  const names = sources.slice(0, mostNamed).map((source) => plainText(source, 80))
  const more = sources.length > names.length ? ` and ${sources.length - names.length} more` : ''
  return [
    `${count} backups of ${sources.length} other sources are not in the table; list-backups source=… prints one of ${names.join(', ')}${more}`,
  ]
}

function describeRest(count: number, told: number): readonly string[] {
  return count > told ? [`json has ${told} of ${count}; list-backups source=… prints fewer at a time`] : []
}

function toJson({ id, source, state, size, manifest }: BackupRow) {
  const text = (value: string): string => plainText(value, 200)
  return {
    id: text(id),
    source: text(source),
    state,
    size,
    ...(manifest && {
      'etcd-version': text(manifest.etcdVersion),
      revision: manifest.revision ?? null,
      'taken-by': text(manifest.takenBy),
      'taken-from': text(manifest.takenFrom),
      sha256: text(manifest.sha256),
      finished: text(manifest.finishedAt),
    }),
  }
}
