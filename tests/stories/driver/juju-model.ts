// A model on a controller, behind the interface that stories run on.

import { archivePaths } from './archives.ts'
import type { StoryModel } from './driver.ts'
import { failures, fingerprint, underWay, unitsInError, wasEndedByAgent } from './juju-at-rest.ts'
import type { JujuCli } from './juju-cli.ts'
import { execOn, execOnEach, jujuCommands, type Placing } from './juju-commands.ts'
import type { JujuStatus } from './juju-json.ts'
import { keepLogs } from './juju-logs.ts'
import type { JujuOptions } from './juju-options.ts'
import { jujuViews, readStatus } from './juju-views.ts'
import { type Probe, waitFor } from './wait-for.ts'

export interface Around {
  readonly machineForClients: Placing['machineForClients']
  another(): Promise<StoryModel>
  close(model: StoryModel): Promise<void>
}

export function jujuModel(juju: JujuCli, options: JujuOptions, around: Around): StoryModel {
  const archives = archivePaths()
  const wait = (what: string, probe: Probe): Promise<void> =>
    waitFor({ ...options, what, hint: `Look at: juju debug-log -m ${juju.model} --replay` }, probe)
  const settle = (): Promise<void> => wait('nobody has anything to do', atRest(juju, options.quietMs))
  const model: StoryModel = {
    profile: options.profile,
    archives,
    ...jujuCommands(juju, options, { archives, machineForClients: around.machineForClients }),
    ...jujuViews({ juju, profile: options.profile, exec: (unit, argv) => execOn(juju, unit, argv) }),
    another: around.another,
    settle,
    async until(what, holds) {
      await settle()
      await wait(what, async () => {
        const seen = await holds()
        if (seen === true) return undefined
        return [seen, describe(await busy(juju))].filter(Boolean).join('; ')
      })
    },
    async updateStatus(app) {
      await updateStatus(juju, app)
      await settle()
    },
    failedHooks: async () => failures(await readStatus(juju)),
    keepLogs: (story) => keepLogs(juju, `${options.logs}/${juju.model.replace(/^.*:/, '')}`, story),
    [Symbol.asyncDispose]: () => around.close(model),
  }
  return model
}

/** At rest is what stays unchanged for a while with nothing under way. A failed hook ends the waiting. */
export function atRest(juju: JujuCli, quietMs: number, now = () => performance.now()): Probe {
  let seen = ''
  let since = now()
  return async () => {
    const status = await readStatus(juju)
    const failed = failures(status)
    if (failed.length > 0) {
      if (!(await resolveEndedByAgent(juju, status))) throw new Error(`a hook failed: ${failed.join('; ')}`)
      seen = ''
      return `a hook that Juju's agent ended is retried: ${failed.join('; ')}`
    }
    const print = fingerprint(status)
    const work = underWay(status)
    if (work.length > 0 || print !== seen) since = now()
    seen = print
    if (work.length > 0) return describe(work)
    return now() - since >= quietMs ? undefined : 'all are idle, and have been for a moment only'
  }
}

/** `false` where one of the hooks that failed is the charm's to answer for. */
async function resolveEndedByAgent(juju: JujuCli, status: JujuStatus): Promise<boolean> {
  const units = unitsInError(status)
  for (const unit of units) {
    const tag = `unit-${unit.replace('/', '-')}`
    if (!wasEndedByAgent(await juju.run('debug-log', '--replay', '--no-tail', '--include', tag))) return false
  }
  for (const unit of units) {
    // It may have been resolved already, and its agent not have seen it yet.
    const { code } = await juju.ask('resolved', unit)
    if (code === 0)
      console.error(
        `${unit}: Juju's agent ended while a hook ran; the hook is retried, as Juju does by default`,
      )
  }
  return true
}

async function busy(juju: JujuCli): Promise<readonly string[]> {
  return underWay(await readStatus(juju))
}

function describe(work: readonly string[]): string {
  return work.length > 0 ? work.join('; ') : 'all are idle'
}

/**
 * Juju fires update-status every minute at most often, and a story asks for it dozens of times: the charm's dispatch is run in
 * the hook context of `juju exec`, which commits like a hook's. The model's own interval is the longest, so that none comes between.
 */
async function updateStatus(juju: JujuCli, of?: string): Promise<void> {
  const { applications } = await readStatus(juju)
  const units = Object.entries(applications)
    .filter(([name]) => of === undefined || name === of)
    .flatMap(([, app]) => Object.keys(app.units ?? {}))
  if (units.length === 0) return
  const env = { JUJU_HOOK_NAME: 'update-status', JUJU_DISPATCH_PATH: 'hooks/update-status' }
  for (const [unit, { code, stderr }] of await execOnEach(juju, units, ['./dispatch'], env))
    if (code !== 0) throw new Error(`update-status of ${unit} failed with ${code}: ${stderr}`)
}
