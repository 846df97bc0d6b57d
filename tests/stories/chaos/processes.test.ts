// On the emulator alone: etcd is killed and stands still.

import { raftRoles, unitsOf } from './cluster.ts'
import { signal, standStill } from './disturbance.ts'
import { goThrough } from './go-through.ts'

goThrough('processes', [
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
])
