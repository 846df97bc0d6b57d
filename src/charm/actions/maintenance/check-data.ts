// `juju run etcd/leader check-data`: whether all members have the same data. It reads and changes nothing.

import { printJsonText } from '../../../interfaces/json-text.ts'
import type { Charm } from '../../charm.ts'
import { type Comparison, compareData } from '../../observe/compare-data.ts'
import { membersOf } from '../../plan/cluster/members.ts'
import { observe } from '../../reconcile.ts'
import { printColumns } from '../status/screen.ts'

export async function checkData(charm: Charm): Promise<void> {
  const { juju } = charm
  const observed = await observe(charm)
  const count = membersOf(observed)?.length ?? 0
  if (count === 0) return juju.actionFail('refused: no member answers; see health')
  await juju.actionLog(`asking ${count} members for the hash of their data`)
  const comparison = await compareData(observed)
  const { rows, revision, verdict } = comparison
  const cells = rows.map(({ name, hash, compactRevision, why }) => [
    name,
    hash === undefined ? why : String(hash),
    compactRevision ?? '',
  ])
  const columns = [{ header: 'NAME' }, { header: 'HASH' }, { header: 'HISTORY FROM', right: true }]
  await juju.actionSet({
    revision,
    members: printColumns(columns, cells).join('\n'),
    json: printJsonText({ revision, verdict, members: rows }),
    verdict: describeVerdict(comparison),
  })
  if (verdict !== 'same') await juju.actionFail(describeVerdict(comparison))
}

export function describeVerdict({ rows, revision, verdict }: Comparison): string {
  switch (verdict) {
    case 'same':
      return `all ${rows.length} members have the same data at revision ${revision}`
    case 'different':
      return `members differ at revision ${revision}: ${groups(rows).join(' | ')}; ${remedyOf(rows)}`
    case 'incomplete': {
      const missing = rows.filter(({ hash }) => hash === undefined).map(({ name }) => name)
      return missing.length > 0
        ? `not all could be compared: ${missing.join(', ')} gave no hash; those that did agree; bring it back and run it again`
        : 'members are compacting just now, and can not be compared; run it again'
    }
    default:
      return verdict satisfies never
  }
}

function remedyOf(rows: Comparison['rows']): string {
  const [most = []] = namesByHash(rows).map(([, names]) => names)
  const replace = 'remove the units of the others, and add new ones'
  return most.length * 2 > rows.length
    ? `keep what most have: ${replace}`
    : `no majority has the same: keep a unit whose keys you know to be right and ${replace}, or restore a backup`
}

/** Who has which hash, the most first. */
function namesByHash(rows: Comparison['rows']): readonly (readonly [number, readonly string[]])[] {
  const names = new Map<number, readonly string[]>()
  for (const { hash, name } of rows)
    if (hash !== undefined) names.set(hash, [...(names.get(hash) ?? []), name])
  return [...names].toSorted(([, a], [, b]) => b.length - a.length)
}

function groups(rows: Comparison['rows']): readonly string[] {
  return namesByHash(rows).map(([hash, members]) => `${members.join(', ')}: ${hash}`)
}
