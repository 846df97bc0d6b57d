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
    const served = servedAt(await readFile(host.outside(`/var/log/${service}.log`), 'utf8'))
    for (const mark of marks) {
      const begun = (await stat(`${folder}/${mark}`)).mtimeMs
      all.push({ unit, begun, ended: Math.min(...served.filter((at) => at > begun)) })
    }
  }
  return all.toSorted((a, b) => a.begun - b.begun)
}

const service = 'snap.charmed-etcd.etcd.service'

/** Milliseconds since 1970 of each time that etcd began to serve, by its log. */
function servedAt(log: string): readonly number[] {
  const line = /"ts":"([^"]+)"[^\n]*"msg":"ready to serve client requests"/g
  return [...log.matchAll(line)].map(([, at = '']) => Date.parse(at))
}

/** @throws naming two members that were restarted at the same time */
export async function assertRestartsInTurn(model: Model): Promise<void> {
  const restarts = await restartsOf(model)
  restarts.forEach((next, at) => {
    const before = restarts.slice(0, at).find(({ unit, ended }) => unit !== next.unit && ended > next.begun)
    assert.equal(before, undefined, `${next.unit} was restarted while ${before?.unit} still was`)
  })
}
