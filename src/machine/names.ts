// What the machine is called: its full name, as its own resolver tells it, and its short one.

import { hostname } from 'node:os'
import { CommandFailed, CommandMissing, query } from './process.ts'

/** The full name asks a resolver, which may be away. */
const patienceMs = 3000
const plain =
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/

/**
 * The full one first; none that is no name for DNS, nor one that every machine has.
 *
 * @param before what was found the last time: a resolver that is away for a moment gives a machine no other name
 */
export async function machineNames(before: readonly string[] | undefined): Promise<readonly string[]> {
  const full = await fullName()
  if (full === undefined && before) return before
  const names = [full ?? '', hostname()].map((name) => name.trim().replace(/\.$/, ''))
  return [...new Set(names)].filter((name) => plain.test(name) && !/^localhost(\.|$)|^[\d.]+$/.test(name))
}

async function fullName(): Promise<string | undefined> {
  try {
    return await query('hostname', ['-f'], { timeoutMs: patienceMs })
  } catch (error) {
    if (error instanceof CommandFailed || error instanceof CommandMissing) return undefined
    throw error
  }
}
