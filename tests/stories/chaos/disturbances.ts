// What goes wrong, by name. Each leaves the model to its hooks; a disturbance never mends by hand what the charm should.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Model } from '../../emulator/index.ts'
import { raftRoles, signal, unitsOf } from './cluster.ts'

export interface Disturbance {
  readonly name: string
  readonly disturb: (model: Model) => Promise<void>
}

/** Long enough for an election and for clients to notice; shorter than an operator's patience. */
const whileMs = 4000

export const disturbances: readonly Disturbance[] = [
  {
    name: "the raft leader's etcd is killed",
    disturb: async (model) => signal(model, (await raftRoles(model)).leader, 'KILL'),
  },
  {
    name: "a follower's etcd is killed",
    disturb: async (model) => signal(model, (await raftRoles(model)).follower, 'KILL'),
  },
  {
    name: 'every etcd is killed',
    disturb: async (model) => {
      for (const unit of unitsOf(model)) await signal(model, unit, 'KILL')
    },
  },
  {
    name: 'the raft leader stands still for a while',
    disturb: async (model) => {
      const { leader } = await raftRoles(model)
      await signal(model, leader, 'STOP')
      await sleep(whileMs)
      await signal(model, leader, 'CONT')
    },
  },
  {
    name: 'the raft leader is cut off for a while',
    disturb: async (model) => cutOff(model, (await raftRoles(model)).leader),
  },
  {
    name: 'each member is cut off in turn',
    disturb: async (model) => {
      for (const unit of unitsOf(model)) await cutOff(model, unit)
    },
  },
  {
    name: 'every machine reboots',
    disturb: async (model) => {
      for (const unit of unitsOf(model)) await model.reboot(unit)
    },
  },
  {
    name: 'a machine comes back with another address',
    disturb: async (model) => {
      const { follower } = await raftRoles(model)
      const { host } = model.unit(follower)
      await host.readdress(host.address.replace(/\.(\d+)$/, (_, last) => `.${Number(last) + 100}`))
      await model.reboot(follower)
    },
  },
  {
    name: 'a machine is lost for good, and a unit is added',
    disturb: async (model) => {
      await model.loseUnit((await raftRoles(model)).leader)
      await model.settle()
      await model.addUnit('etcd')
    },
  },
  {
    name: 'the Juju leader is removed while a unit is added',
    disturb: async (model) => {
      const leader = model.tables.applications.get('etcd')?.leader ?? ''
      await model.addUnit('etcd')
      model.removeUnit(leader)
    },
  },
  {
    name: "a member's data is lost",
    disturb: async (model) => {
      const { follower } = await raftRoles(model)
      await signal(model, follower, 'KILL')
      await model.unit(follower).host.run(['sh', '-c', `rm -rf ${dataFolder}/member`])
    },
  },
]

const dataFolder = '/var/snap/charmed-etcd/common/var/lib/etcd'

async function cutOff(model: Model, unit: string): Promise<void> {
  await model.unit(unit).host.plug('out')
  await sleep(whileMs)
  await model.unit(unit).host.plug('in')
  await sleep(1000)
}
