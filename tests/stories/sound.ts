// A cluster of some clients, on any driver: how it begins, and what must be true of it whenever nobody has anything to do.

import assert from 'node:assert/strict'
import { connectAs, withClient } from './driver/client.ts'
import { untilServed } from './driver/deployments.ts'
import type { StoryModel } from './driver/driver.ts'
import { emulatorOf } from './driver/emulator-of.ts'
import { etcdctl, lookAtEtcd, membersAt, votersOf, workloadOn } from './driver/etcd-on-a-unit.ts'
import type { Story } from './driver/story.ts'

export async function unitsOf(model: StoryModel): Promise<readonly string[]> {
  return (await model.units('etcd')).map(({ name }) => name)
}

/** etcd that serves one client, `web`. @returns the id of their relation */
export async function deployServed(model: StoryModel, units: number): Promise<number> {
  await model.deploy('etcd', { charm: 'etcd', units })
  await model.deploy('web', { charm: 'client', config: { prefix: '/web/' } })
  await model.settle()
  const relation = await model.integrate('etcd:etcd-client', 'web:etcd')
  await untilServed(model, ['web'])
  await heal(model)
  return relation
}

/** Update-status as often as it takes: until one changes nothing that is told any more. */
export async function heal(model: StoryModel): Promise<void> {
  let before = ''
  for (let round = 0; round < 6; round += 1) {
    await model.updateStatus('etcd')
    const now = JSON.stringify([await model.units('etcd'), (await model.application('etcd')).status])
    if (now === before) return
    before = now
  }
}

/** Nothing failed; every unit is active and a voter; users and trust are these clients'. What only the emulator shows is looked at there. */
export async function assertSound(
  { model, whereShown }: Pick<Story, 'model' | 'whereShown'>,
  clients: readonly string[] = ['web'],
): Promise<void> {
  assert.deepEqual(await model.failedHooks(), [])
  const units = await unitsOf(model)
  for (const { name, workload } of await model.units('etcd'))
    assert.deepEqual(workload, { status: 'active', message: '' }, name)
  for (const unit of units) {
    assert.deepEqual(await membersAt(model, unit), votersOf(units))
    const { trusted, users } = await lookAtEtcd(model, unit)
    assert.deepEqual(trusted, ['CN=etcd admin authority', ...clients.map((name) => `CN=${name}`)].sort())
    assert.deepEqual(users, [...clients, 'root'].sort())
  }
  // On a controller there is nothing of the emulator to load.
  await whereShown('journal', async () => (await import('./chaos/cluster.ts')).assertSound(emulatorOf(model)))
}

/** How often each unit's etcd was started. */
export async function startsOf(model: StoryModel): Promise<Readonly<Record<string, number>>> {
  const starts: Record<string, number> = {}
  for (const unit of await unitsOf(model)) {
    const { service } = await workloadOn(model, unit)
    starts[unit] = await model.serviceStarts(unit, service)
  }
  return starts
}

/** How often each unit's etcd was started since then. */
export async function startsSince(
  model: StoryModel,
  before: Readonly<Record<string, number>>,
): Promise<readonly number[]> {
  return Object.entries(await startsOf(model)).map(([unit, starts]) => starts - (before[unit] ?? 0))
}

/** The unit whose member leads raft, and one that doesn't. */
export async function raftRoles(model: StoryModel): Promise<{ leader: string; follower: string }> {
  const roles = new Map<boolean, string>()
  for (const unit of await unitsOf(model)) {
    const [row] = JSON.parse(await etcdctl(model, unit, '-w', 'json', 'endpoint', 'status'))
    roles.set(row.Status.leader === row.Status.header.member_id, unit)
  }
  const [leader, follower] = [roles.get(true), roles.get(false)]
  assert.ok(leader && follower)
  return { leader, follower }
}

/** A line of shell on a unit's machine, whose `$0` is the word; what it prints. */
export async function runOn(model: StoryModel, unit: string, line: string, word = 'sh'): Promise<string> {
  const { code, stdout, stderr } = await model.exec(unit, ['sh', '-c', line, word])
  assert.equal(code, 0, stderr)
  return stdout
}

export async function read(model: StoryModel, unit: string, key: string): Promise<string> {
  return (await etcdctl(model, unit, 'get', '--print-value-only', key)).trim()
}

export async function countKeys(model: StoryModel, unit: string, prefix: string): Promise<number> {
  const keys = await etcdctl(model, unit, 'get', '--prefix', '--keys-only', prefix)
  return keys.split('\n').filter((line) => line !== '').length
}

/** `web` writes and reads, over a new connection. */
export async function assertWrites(model: StoryModel, relation: number, key: string): Promise<void> {
  await withClient(model, relation, 'web', async (client) => {
    await client.put(key, '1')
    assert.equal(await client.get(key), '1')
  })
}

/** Writes until etcd takes no more of this value; how many it acknowledged, and what it said then. */
export async function writeUntilRefused(
  model: StoryModel,
  relation: number,
  prefix: string,
  value: string,
): Promise<{ readonly written: number; readonly refusal: string }> {
  const client = await connectAs(model, relation, 'web')
  try {
    for (let written = 0; ; written += 1) {
      const refusal = await client.put(`${prefix}${written}`, value).then(
        () => undefined,
        (error: unknown) => String(error),
      )
      if (refusal !== undefined) return { written, refusal }
    }
  } finally {
    client.close()
  }
}

/** Folders of data that was set aside on a unit. */
export async function setAsideOn(model: StoryModel, unit: string): Promise<number> {
  const { paths } = await workloadOn(model, unit)
  const { stdout } = await model.exec(unit, ['ls', paths.data])
  return stdout.split('\n').filter((name) => name.startsWith('set-aside-')).length
}
