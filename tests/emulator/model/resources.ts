// Files that an operator attaches as a charm's resources.

import { basename, extname } from 'node:path'
import type { Application, Charm } from './state.ts'

/** @throws in Juju's words, for a file that is not called as the charm's resource is. What it holds Juju does not look at. */
export function assertFits({ name, resources }: Charm, resource: string, path: string): void {
  const file = resources.get(resource)
  if (file === undefined) throw new Error(`resource "${resource}" of charm "${name}" not found`)
  const expected = extname(file)
  if (extname(path) === expected) return
  throw new Error(`incorrect extension on resource upload "${basename(path)}", expected "${expected}"`)
}

/** It comes to the units with upgrade-charm. */
export function attachResource(app: Application, resource: string, path: string): void {
  assertFits(app.charm, resource, path)
  app.resources.set(resource, path)
  app.modified += 1
}
