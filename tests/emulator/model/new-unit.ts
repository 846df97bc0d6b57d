// A unit as it is before its first hook.

import type { Host } from '../host/host.ts'
import { type Application, nextNumber, type Tables, type Unit } from './state.ts'

export function nextUnitName(app: Application): string {
  return `${app.name}/${app.nextUnit}`
}

export function newUnit(tables: Tables, app: Application, host: Host, principal?: Unit): Unit {
  const name = nextUnitName(app)
  app.nextUnit += 1
  const unit: Unit = {
    name,
    app,
    host,
    machine: principal?.machine ?? String(nextNumber(tables, 'machine')),
    principal,
    workload: { status: 'waiting', message: 'agent initialising' },
    state: {},
    ports: new Set(),
    portEndpoints: new Map(),
    relations: new Map(),
    storage: new Map(),
    moreAddresses: [],
    ingress: new Map(),
    queued: [],
    actions: [],
    commands: [],
    agent: 'idle',
    failed: undefined,
    installed: false,
    led: false,
    dying: false,
    stopped: false,
    removed: false,
    configSeen: undefined,
    configAgain: false,
    rebooted: false,
    leaderSettingsSeen: undefined,
    modifiedSeen: app.modified,
    placed: undefined,
    updateStatus: false,
    unreachable: false,
  }
  app.units.push(unit)
  app.leader ??= name
  return unit
}
