// From a requirer's request to its first successful write: how many hooks each member runs for it, and how often each restarts.

import { setTimeout as sleep } from 'node:timers/promises'
import { Etcd3 } from 'etcd3'
import type { HookRun, Model } from '../tests/emulator/index.ts'
import { askFor, type GhostClient, relateGhosts } from '../tests/stories/ghost-clients.ts'
import { archives, openWorld, responsesOf } from '../tests/stories/world.ts'
import type { Row } from './rows.ts'

export async function measureFirstWrites(members: number, together: number): Promise<readonly Row[]> {
  await using model = await openWorld({ name: `first-writes-${members}` })
  await model.deploy('etcd', { archive: archives.etcd, units: members })
  await model.settle()
  await model.updateStatus()
  return [...(await measure(model, members, 1)), ...(await measure(model, members, together))]
}

async function measure(model: Model, members: number, clients: number): Promise<readonly Row[]> {
  const names = Array.from({ length: clients }, (_, at) => `m${members}a-${clients}a-${at}a`)
  const all = await relateGhosts(model, names)
  // The relations stand, and nobody has asked yet.
  model.passOver('etcd', new Set(all.map(({ relation }) => relation)))
  const before = await countStarts(model, members)
  for (const client of all) await askFor(model, client)
  const runs = await runUntilAllWrite(model, all)
  const after = await countStarts(model, members)
  await model.settle()
  const row = (figure: string, value: number, unit: string): Row => ({
    figure: `request to first write: ${figure}`,
    clients,
    members,
    value: Math.round(value * 10) / 10,
    unit,
  })
  const hooks = Array.from(after, (_, at) => runs.filter((run) => run.unit === `etcd/${at}`).length)
  const restarts = after.map((count, at) => count - (before[at] ?? 0))
  return [
    row('hooks of the leader', hooks[0] ?? 0, 'hooks'),
    ...(members > 1 ? [row('hooks of another member, at most', Math.max(...hooks.slice(1)), 'hooks')] : []),
    row('restarts of a member, at most', Math.max(...restarts), 'restarts'),
  ]
}

/** Until the last of them could write; the hooks that follow are not counted. */
async function runUntilAllWrite(model: Model, clients: readonly GhostClient[]): Promise<readonly HookRun[]> {
  const runs: HookRun[] = []
  const waiting = new Set(clients)
  for (;;) {
    for (const client of waiting) {
      if (responsesOf(model, client.relation)[0]?.['secret-user'] === undefined) continue
      await write(model, client)
      waiting.delete(client)
    }
    if (waiting.size === 0) return runs
    const run = await model.runOne()
    if (!run) throw new Error(`${waiting.size} clients were never answered`)
    runs.push(run)
  }
}

async function write(model: Model, { name, relation, certificate, privateKey }: GhostClient): Promise<void> {
  const [answer] = responsesOf(model, relation)
  const contentOf = (uri = ''): Readonly<Record<string, string>> => {
    const secret = [...model.tables.secrets.values()].find((row) => uri.endsWith(row.id))
    return secret?.revisions.get(secret.latest) ?? {}
  }
  const [user, tls] = [contentOf(answer?.['secret-user']), contentOf(answer?.['secret-tls'])]
  const etcd = new Etcd3({
    hosts: (user.uris ?? '').split(','),
    credentials: {
      rootCertificate: Buffer.from(tls['tls-ca'] ?? ''),
      certChain: Buffer.from(certificate),
      privateKey: Buffer.from(privateKey),
    },
    dialTimeout: 3000,
  })
  try {
    await etcd.put(`/${name}/first`).value('1')
  } finally {
    etcd.close()
    await sleep(0)
  }
}

/** Of etcd, on each unit's machine. */
async function countStarts(model: Model, members: number): Promise<readonly number[]> {
  const counts: number[] = []
  for (let at = 0; at < members; at += 1) {
    const { host } = model.unit(`etcd/${at}`)
    const { stdout } = await host.run(['cat', '/run/emulator/snap.charmed-etcd.etcd.service.starts'])
    counts.push(stdout.split('\n').length - 1)
  }
  return counts
}
