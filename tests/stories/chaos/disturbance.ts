// What a disturbance is, and what several of them do to etcd's process.

import { setTimeout as sleep } from 'node:timers/promises'
import { insist } from '../../emulator/host/host.ts'
import type { Model } from '../../emulator/index.ts'

export interface Disturbance {
  readonly name: string
  readonly disturb: (model: Model) => Promise<void>
}

/** Long enough for an election and for clients to notice; shorter than an operator's patience. */
export const whileMs = 4000

export async function signal(
  model: Model,
  name: 'KILL' | 'STOP' | 'CONT',
  units: readonly string[],
): Promise<void> {
  for (const unit of units) await model.unit(unit).host.run(['pkill', `-${name}`, '-x', 'etcd'])
}

export async function standStill(model: Model, units: readonly string[]): Promise<void> {
  await signal(model, 'STOP', units)
  await sleep(whileMs)
  await signal(model, 'CONT', units)
}

/** The machine comes back from a reboot with another address. */
export async function moveAway(model: Model, unit: string): Promise<void> {
  const { host } = model.unit(unit)
  await host.readdress(host.address.replace(/\.(\d+)$/, (_, last) => `.${Number(last) + 100}`))
  await model.reboot(unit)
}

export const dataFolder = '/var/snap/charmed-etcd/common/var/lib/etcd'

export async function loseData(model: Model, unit: string): Promise<void> {
  await signal(model, 'KILL', [unit])
  await inHost(model, unit, `rm -rf ${dataFolder}/member`)
}

/** With that path as `$0`. @throws where the script fails */
export async function insistIn(model: Model, unit: string, script: string, path: string): Promise<void> {
  const { host, name } = model.unit(unit)
  await insist(name, host.spawn, ['sh', '-c', script, path])
}

export async function inHost(model: Model, unit: string, command: string): Promise<void> {
  await model.unit(unit).host.run(['sh', '-c', command])
}
