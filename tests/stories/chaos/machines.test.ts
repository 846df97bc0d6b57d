// On the emulator alone: machines reboot, move, lose their time and are lost.

import assert from 'node:assert/strict'
import { raftRoles, unitsOf } from './cluster.ts'
import { moveAway } from './disturbance.ts'
import { goThrough } from './go-through.ts'

goThrough('machines', [
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
])
