// The charmed-etcd snap: installed from its channel, and held, since a refresh by itself would restart members at any time.

import { readlink } from 'node:fs/promises'
import { parse } from 'yaml'
import * as z from 'zod/mini'
import { readTextIfExists, unlessAbsent } from './file.ts'
import { CommandFailed, CommandMissing, query, run } from './process.ts'

export const snapName = 'charmed-etcd'
const name = snapName

export interface SnapWanted {
  readonly channel: string
  /** The newest of the channel, where it is left out. */
  readonly revision?: string
}

export interface SnapInstalled {
  readonly version: string
  readonly revision: string
}

const metadata = z.object({ version: z.string() })

/** As snapd mounts it: its client would take longer than all the rest of a hook with nothing to do. */
export async function readInstalledSnap(folder = `/snap/${name}`): Promise<SnapInstalled | undefined> {
  const revision = await unlessAbsent(readlink(`${folder}/current`), ['ENOENT', 'ENOTDIR', 'EINVAL'])
  const text = await readTextIfExists(`${folder}/current/meta/snap.yaml`)
  if (revision === undefined || text === undefined) return undefined
  // Failsafe: a version like 3.10 is a text, and no number.
  return { version: metadata.parse(parse(text, { schema: 'failsafe' })).version, revision }
}

export interface Patience {
  readonly attempts: number
  readonly pauseMs: number
}

/** For a store that hiccups, and for another change that snapd is at. What takes longer, a later hook tries again. */
const usual: Patience = { attempts: 3, pauseMs: 5000 }

export async function installSnap(wanted: SnapWanted, { attempts, pauseMs } = usual): Promise<void> {
  // On a machine that has just been made, snapd takes a while before it takes orders.
  await runSnap(['wait', 'system', 'seed.loaded'])
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await installOnce(wanted)
    } catch (error) {
      if (!(error instanceof CommandFailed) || attempt >= attempts || isWithdrawn(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}

/** The store has no such revision any more, or never had: to try again is of no use. */
export function isWithdrawn(error: unknown): boolean {
  const words = /no snap revision available|not available as specified|not available on/
  return error instanceof CommandFailed && words.test(error.stderr)
}

async function installOnce(wanted: SnapWanted): Promise<void> {
  const listed = await listSnap()
  if (listed && !listed.held) await holdSnap()
  if (listed?.disabled) await runSnap(['enable', name])
  if (!listed) {
    await runSnap(['install', name, ...choice(wanted)])
    await holdSnap()
  } else if (wanted.revision !== undefined && wanted.revision !== listed.revision) {
    await runSnap(['refresh', name, ...choice(wanted)])
  }
}

export async function holdSnap(): Promise<void> {
  await runSnap(['refresh', '--hold', name])
}

/** Whether snapd refreshes it by itself; `undefined` where snapd does not tell, or not soon. Its client takes longer than most hooks have to do. */
export async function isSnapHeld(): Promise<boolean | undefined> {
  try {
    return readRow(await query('snap', ['list', name], { timeoutMs: 10_000 }))?.held
  } catch (error) {
    if (error instanceof CommandFailed || error instanceof CommandMissing) return undefined
    throw error
  }
}

function choice({ channel, revision }: SnapWanted): readonly string[] {
  return [`--channel=${channel}`, ...(revision === undefined ? [] : [`--revision=${revision}`])]
}

interface Listed {
  readonly revision: string
  readonly held: boolean
  /** Somebody has switched it off, and it is as if it were not there. */
  readonly disabled: boolean
}

async function listSnap(): Promise<Listed | undefined> {
  try {
    return readRow(await runSnap(['list', name]))
  } catch (error) {
    if (error instanceof CommandFailed && /no matching snaps/.test(error.stderr)) return undefined
    throw error
  }
}

/** Columns: name, version, revision, tracking, publisher, notes. */
function readRow(table: string): Listed | undefined {
  const row = table.split('\n').find((line) => line.startsWith(`${name} `))
  const [, , revision, , , notes = ''] = row?.split(/\s+/) ?? []
  const says = (note: string): boolean => notes.split(',').includes(note)
  return revision === undefined ? undefined : { revision, held: says('held'), disabled: says('disabled') }
}

/** A download may take its time; snapd itself gives up on a store that doesn't answer. */
export function runSnap(args: readonly string[]): Promise<string> {
  return run('snap', args, { timeoutMs: 600_000 })
}
