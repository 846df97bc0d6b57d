// When members were restarted by their hooks, and that no two were at once: from `systemctl restart` until the hook goes on,
// which it does when its etcd serves again.

import assert from 'node:assert/strict'
import { readdir, stat } from 'node:fs/promises'
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
    const calls = model.tables.journal.filter((run) => run.unit === unit).flatMap((run) => run.calls)
    for (const mark of marks) {
      const begun = (await stat(`${folder}/${mark}`)).mtimeMs
      const after = calls.filter(({ at }) => at > begun).map(({ at }) => at)
      all.push({ unit, begun, ended: Math.min(...after) })
    }
  }
  return all.toSorted((a, b) => a.begun - b.begun)
}

/** @throws naming two members that were restarted at the same time */
export async function assertRestartsInTurn(model: Model): Promise<void> {
  const restarts = await restartsOf(model)
  restarts.forEach((next, at) => {
    const before = restarts.slice(0, at).find(({ unit, ended }) => unit !== next.unit && ended > next.begun)
    assert.equal(before, undefined, `${next.unit} was restarted while ${before?.unit} still was`)
  })
}
