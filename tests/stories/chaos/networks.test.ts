// On the emulator alone: machines are cut off from each other and from the controller.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Model } from '../../emulator/index.ts'
import { raftRoles, unitsOf } from './cluster.ts'
import { signal, whileMs } from './disturbance.ts'
import { goThrough } from './go-through.ts'

goThrough('networks', [
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
      // Asked for while no hook restarts a member, which could not answer.
      const { follower } = await raftRoles(model)
      const running = model.settle()
      await sleep(1000)
      model.controller('away')
      await signal(model, 'KILL', [follower])
      await sleep(whileMs)
      model.controller('here')
      await running
    },
  },
])

async function cutOff(model: Model, units: readonly string[]): Promise<void> {
  for (const unit of units) await model.unit(unit).host.plug('out')
  await sleep(whileMs)
  for (const unit of units) await model.unit(unit).host.plug('in')
  await sleep(1000)
}
