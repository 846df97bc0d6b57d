// Work that outlives a hook, as a transient unit of systemd: one of a name at a time, and nothing of it left once it has ended. What it was
// asked and how it ended is told by files, since systemd forgets it.

import { query, run } from './process.ts'

export interface Work {
  /** systemd's name of the unit. */
  readonly unit: string
  readonly description: string
  /** The program and its arguments: absolute, and with nothing secret. */
  readonly command: readonly string[]
  /** Past it systemd ends the work. */
  readonly longestSeconds: number
}

/** @throws {CommandFailed} where one of that name runs already, or systemd can't */
export async function startWork({ unit, description, command, longestSeconds }: Work): Promise<void> {
  const properties = [
    // What it takes of the machine is not to be missed by etcd, which runs beside it.
    'Nice=10',
    'IOSchedulingClass=idle',
    'UMask=0077',
    // One heap of the C library for all threads: with one for each, what large buffers leave behind is never given back.
    'Environment=MALLOC_ARENA_MAX=1',
    `RuntimeMaxSec=${longestSeconds}`,
    'TimeoutStopSec=30',
  ]
  await run('systemd-run', [
    '--quiet',
    '--collect',
    '--no-ask-password',
    `--unit=${unit}`,
    `--description=${description}`,
    ...properties.map((property) => `--property=${property}`),
    '--',
    ...command,
  ])
}

export async function isAtWork(unit: string): Promise<boolean> {
  const shown = await query('systemctl', ['show', '-p', 'ActiveState', unit])
  return /^ActiveState=(active|activating|deactivating|reloading)$/m.test(shown)
}

/** Waits until it has ended; one that is not there is as good as stopped. */
export async function stopWork(unit: string): Promise<void> {
  if (await isAtWork(unit)) await run('systemctl', ['stop', unit], { timeoutMs: 60_000 })
}
