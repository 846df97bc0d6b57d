// What goes wrong, by name. Each leaves the model to its hooks; a disturbance never mends by hand what the charm should.

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Model } from '../../emulator/index.ts'
import { raftRoles, unitsOf } from './cluster.ts'
import { disks } from './disks.ts'
import { type Disturbance, moveAway, signal, standStill, whileMs } from './disturbance.ts'

const processes: readonly Disturbance[] = [
  {
    name: "the raft leader's etcd is killed",
    disturb: async (model) => signal(model, 'KILL', [(await raftRoles(model)).leader]),
  },
  {
    name: "a follower's etcd is killed",
    disturb: async (model) => signal(model, 'KILL', [(await raftRoles(model)).follower]),
  },
  { name: 'every etcd is killed', disturb: (model) => signal(model, 'KILL', unitsOf(model)) },
  {
    name: 'the raft leader stands still for a while',
    disturb: async (model) => standStill(model, [(await raftRoles(model)).leader]),
  },
  {
    name: 'a follower stands still for a while',
    disturb: async (model) => standStill(model, [(await raftRoles(model)).follower]),
  },
  { name: 'every etcd stands still for a while', disturb: (model) => standStill(model, unitsOf(model)) },
]

const networks: readonly Disturbance[] = [
  {
    name: 'the raft leader is cut off for a while',
    disturb: async (model) => cutOff(model, [(await raftRoles(model)).leader]),
  },
  {
    name: 'a minority is cut off for a while',
    disturb: async (model) => {
      const { leader } = await raftRoles(model)
      const others = unitsOf(model).filter((unit) => unit !== leader)
      await cutOff(model, others.slice(0, Math.floor(others.length / 2)))
    },
  },
  {
    name: 'each member is cut off in turn',
    disturb: async (model) => {
      for (const unit of unitsOf(model)) await cutOff(model, [unit])
    },
  },
  {
    name: 'the controller is away for a while',
    disturb: async (model) => {
      const running = model.settle()
      await sleep(1000)
      model.controller('away')
      await signal(model, 'KILL', [(await raftRoles(model)).follower])
      await sleep(whileMs)
      model.controller('here')
      await running
    },
  },
]

const machines: readonly Disturbance[] = [
  {
    name: 'every machine reboots',
    disturb: async (model) => {
      for (const unit of unitsOf(model)) await model.reboot(unit)
    },
  },
  {
    name: 'a machine comes back with another address',
    disturb: async (model) => {
      await moveAway(model, (await raftRoles(model)).follower)
    },
  },
  {
    name: "the clock of the Juju leader's machine is two minutes ahead",
    disturb: async (model) => {
      const { host } = model.unit(model.tables.applications.get('etcd')?.leader ?? '')
      host.setClock('+120')
      const ahead = Number((await host.run(['date', '+%s'])).stdout) - Date.now() / 1000
      assert.ok(ahead > 60, `the clock is ${ahead} s ahead`)
      await model.updateStatus('etcd')
      host.setClock(undefined)
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
]

export const disturbances: readonly Disturbance[] = [...processes, ...networks, ...machines, ...disks]

async function cutOff(model: Model, units: readonly string[]): Promise<void> {
  for (const unit of units) await model.unit(unit).host.plug('out')
  await sleep(whileMs)
  for (const unit of units) await model.unit(unit).host.plug('in')
  await sleep(1000)
}
