// Which of its machine's addresses a unit has for an endpoint: those of the space that the endpoint is bound to.

import type { Interface } from '../host/network.ts'
import type { Unit } from './state.ts'

export function boundInterface({ app, host }: Unit, endpoint: string): Interface {
  const space = app.bindings[endpoint] ?? app.bindings['']
  const found = host.interfaces.find((row) => space === undefined || row.space === space)
  if (!found) throw new Error(`${host.name} is in no space ${space}`)
  return found
}

export function boundAddress(unit: Unit, endpoint: string): string {
  return boundInterface(unit, endpoint).addresses[0] ?? ''
}
