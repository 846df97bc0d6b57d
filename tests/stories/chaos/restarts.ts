// When members were restarted by their hooks, and that no two were at once: from `systemctl restart` until etcd logs that it serves.

import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import type { Model } from '../../emulator/index.ts'

interface Restart {
  readonly unit: string
  /** Milliseconds since 1970. */
  readonly begun: number
  readonly ended: number
}

export async function restartsOf(model: Model): Promise<readonly Restart[]> {
  const all: Restart[] = []
  for (const { name: unit, host } of model.tables.applications.get('etcd')?.units ?? []) {
    const folder = host.outside('/run/emulator')
    const marks = (await readdir(folder)).filter((name) => name.includes('.restart.'))
    const log = await readFile(host.outside(`/var/log/${service}.log`), 'utf8')
    for (const mark of marks) {
      const begun = (await stat(`${folder}/${mark}`)).mtimeMs
      all.push({ unit, begun, ended: endOf(begun, log) })
    }
  }
  return all.toSorted((a, b) => a.begun - b.begun)
}

const service = 'snap.charmed-etcd.etcd.service'

/** When the process that came of it served, or was followed by another one, since a disturbance had ended it before that. */
function endOf(begun: number, log: string): number {
  const line = /"ts":"([^"]+)"[^\n]*"msg":"(starting etcd server|ready to serve client requests)"/g
  const events = [...log.matchAll(line)].map(([, at = '', what]) => ({ at: Date.parse(at), what }))
  const after = events.filter(({ at }) => at > begun)
  const starts = after.filter(({ what }) => what === 'starting etcd server').map(({ at }) => at)
  const ready = after.find(({ what }) => what !== 'starting etcd server')?.at
  return Math.min(ready ?? begun, starts[1] ?? Number.POSITIVE_INFINITY)
}

/** @throws naming two members that were restarted at the same time */
export async function assertRestartsInTurn(model: Model): Promise<void> {
  const restarts = await restartsOf(model)
  restarts.forEach((next, at) => {
    const before = restarts.slice(0, at).find(({ unit, ended }) => unit !== next.unit && ended > next.begun)
    assert.equal(before, undefined, `${next.unit} was restarted while ${before?.unit} still was`)
  })
}
