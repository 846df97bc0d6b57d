// Snapshots on a unit's storage, as an operator puts them there, and restores of them.

import assert from 'node:assert/strict'
import type { ActionResult, StoryModel } from './driver/driver.ts'
import { adminEnvironment, workloadOn } from './driver/etcd-on-a-unit.ts'

export async function leaderOf(model: StoryModel): Promise<string> {
  const leader = (await model.units('etcd')).find(({ leader: leads }) => leads)
  assert.ok(leader)
  return leader.name
}

export async function incomingOn(model: StoryModel, unit: string): Promise<string> {
  return `${(await workloadOn(model, unit)).paths.data}/incoming`
}

/** A line of shell on the unit's machine, with etcdctl's words set for its own etcd; `$incoming` is the folder. */
export async function shellOn(model: StoryModel, unit: string, line: string): Promise<string> {
  const workload = await workloadOn(model, unit)
  const { address } = await model.unit(unit)
  const { etcdctl, etcdutl } = workload.paths
  const incoming = await incomingOn(model, unit)
  const words = `etcdctl() { ${etcdctl} "$@"; }; etcdutl() { ${etcdutl} "$@"; }; incoming=${incoming}; mkdir -p $incoming; set -e`
  const env = {
    PATH: '/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin',
    ...adminEnvironment(address, workload),
  }
  const { code, stdout, stderr } = await model.exec(unit, ['sh', '-c', `${words}\n${line}`], env)
  assert.equal(code, 0, `${line}\n${stdout}\n${stderr}`)
  return stdout
}

/** Of the cluster as it is, in the folder where restore looks for it. */
export async function saveSnapshot(model: StoryModel, unit: string, file: string): Promise<void> {
  await shellOn(model, unit, `etcdctl snapshot save $incoming/${file} >&2`)
}

export function restoreOn(
  model: StoryModel,
  unit: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<ActionResult> {
  return model.runAction(unit, 'restore', parameters)
}

/** It began, and by now every unit serves. */
export async function restored(
  model: StoryModel,
  unit: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<ActionResult> {
  const action = await restoreOn(model, unit, { ...parameters, confirm: true })
  assert.equal(action.status, 'completed', action.message)
  await model.until('every unit serves again', async () => {
    const units = await model.units('etcd')
    const off = units.filter(({ workload }) => workload.status !== 'active')
    return off.length === 0 || JSON.stringify(off.map(({ name, workload }) => [name, workload]))
  })
  return action
}
