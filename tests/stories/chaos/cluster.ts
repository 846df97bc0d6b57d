// The cluster as etcd itself tells it, and what must be true of it whenever nobody has anything to do.

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeFailure, type Model, unavoidable } from '../../emulator/index.ts'
import { emulated } from '../driver/emulated-model.ts'
import { type MemberRow, membersAt as askMembersAt, votersOf } from '../driver/etcd-on-a-unit.ts'
import { etcdctl, lookAtEtcd } from '../world.ts'
import { assertRestartsInTurn } from './restarts.ts'
import { writesOf } from '../driver/emulator-of.ts'

export function unitsOf(model: Model): readonly string[] {
  return (model.tables.applications.get('etcd')?.units ?? []).map(({ name }) => name)
}

/** Applications that are related to etcd; each is called by its certificate as Juju calls it. */
function clientsOf(model: Model): readonly string[] {
  const related = [...model.tables.relations.values()].filter(({ ends }) =>
    ends.some(({ endpoint }) => endpoint === 'etcd-client'),
  )
  return related.flatMap(({ ends }) => ends.map(({ app }) => app).filter((app) => app !== 'etcd')).sort()
}

export function membersAt(model: Model, unit: string): Promise<readonly MemberRow[]> {
  return askMembersAt(emulated(model), unit)
}

/** The unit whose member leads raft, and one that doesn't. */
export async function raftRoles(model: Model): Promise<{ leader: string; follower: string }> {
  const roles = new Map<boolean, string>()
  for (const unit of unitsOf(model)) {
    const [row] = JSON.parse(await etcdctl(model.unit(unit).host, '-w', 'json', 'endpoint', 'status'))
    roles.set(row.Status.leader === row.Status.header.member_id, unit)
  }
  const [leader, follower] = [roles.get(true), roles.get(false)]
  assert.ok(leader && follower)
  return { leader, follower }
}

/** What holds whenever the model has settled; it is looked at in every story, always. */
export async function assertSound(model: Model): Promise<void> {
  const failed = model.tables.journal.filter(({ exit }) => exit !== 0 && !unavoidable.has(String(exit)))
  assert.deepEqual(failed.map(describeFailure), [])
  for (const { label, owner, revisions } of model.tables.secrets.values())
    if (owner === 'etcd') assert.equal(revisions.size, 1, `${label} keeps revisions that nobody reads`)
  const units = unitsOf(model)
  const states = []
  for (const unit of units) {
    assert.deepEqual(model.unit(unit).workload, { status: 'active', message: '' }, unit)
    assert.deepEqual(await membersAt(model, unit), votersOf(units))
    states.push(await lookAtEtcd(model, unit))
  }
  const clients = clientsOf(model)
  for (const { trusted, users } of states) {
    assert.deepEqual(trusted, ['CN=etcd admin authority', ...clients.map((name) => `CN=${name}`)].sort())
    assert.deepEqual(users, [...clients, 'root'].sort())
  }
  await assertRestartsInTurn(model)
  assert.deepEqual(writesOf(await model.updateStatus('etcd')), [], 'a settled model stays silent')
}

/** Update-status as often as it takes; returns how many hooks ran. */
export async function heal(model: Model): Promise<number> {
  let runs = 0
  for (let round = 0; round < 6; round += 1) {
    const done = await model.updateStatus('etcd')
    runs += done.length
    if (writesOf(done).length === 0) break
    await sleep(500)
  }
  return runs
}
