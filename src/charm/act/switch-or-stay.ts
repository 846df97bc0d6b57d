// The release that lies ready is put in force, or given up where the machine does not take it: no member stays down for that.

import { CommandFailed } from '../../machine/process.ts'
import { readySwitch, switchToNext } from '../../machine/switch-release.ts'
import type { Workload } from '../../machine/workload.ts'
import type { Loaded } from '../observed.ts'
import { discardUnusable } from './fetch.ts'
import { forgetBegun } from './start-record.ts'

/** @returns `false` where snapd does not install it: etcd has stopped, and is to start with the release that it had */
export async function switchOrStay(
  workload: Workload,
  { revision }: Pick<Loaded, 'revision'>,
  now: number,
): Promise<boolean> {
  await readySwitch(workload)
  try {
    await switchToNext(workload)
    return true
  } catch (error) {
    // Where only its client has ended, snapd may go on: etcd stays disabled, or snapd would start it with the configuration of before.
    const said = error instanceof CommandFailed && error.exitCode !== undefined
    if (!said || revision === undefined) throw error
    await discardUnusable(workload, revision, error, now)
    await forgetBegun(workload)
    return false
  }
}
