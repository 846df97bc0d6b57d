// A unit's agent: runs one hook as Juju runs it (facts/juju.md §1), and commits what it asked for when it ends with 0.

import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Action, endAction, refuseAction } from './action.ts'
import { placeCharm } from './charm-files.ts'
import { agentFolder, charmFolder, environmentOf } from './environment.ts'
import { flush } from './flush.ts'
import { type HookContext, openContext, ToolFailure } from './hook-context.ts'
import { serveTools } from './server.ts'
import type { HookRun, HookToRun, Tables, Unit } from './state.ts'

/** Asked before each hook tool takes effect, and for `exit` before the commit: the hook's process is killed there, or its machine rebooted. */
export type KillHere = (
  unit: string,
  tool: string,
  args: readonly string[],
  hook: string,
) => boolean | 'reboot'

export interface RunOptions {
  readonly kill: KillHere
  readonly measure: boolean
  readonly reboot: (tables: Tables, unit: Unit) => Promise<void>
}

/** Runs the hook, notes the run in the journal, and leaves it in `unit.failed` when it has to be run again. */
export async function runHook(
  tables: Tables,
  unit: Unit,
  hook: HookToRun,
  { kill, measure, reboot }: RunOptions,
): Promise<HookRun> {
  await placeCharm(tables, unit, hook)
  const name = hook.action ? hook.action.name : hook.name
  const id = `${unit.name}-${name}-${randomBytes(16).toString('hex')}`
  const context = openContext(id, tables, unit, hook)
  let rebooted = false
  const killOrReboot = (...call: Parameters<KillHere>): boolean => {
    const how = kill(...call)
    rebooted ||= how === 'reboot'
    return how !== false
  }
  tellBefore(unit, hook)
  const { run, output } = await runProcess(context, killOrReboot, measure)
  // What a command of `juju exec` has asked for is committed however it ended by itself.
  const ended = hook.command === undefined ? run.exit === 0 : typeof run.exit === 'number'
  const failure = ended ? commit(context) : `exit status ${run.exit}`
  const noted = note(context, run, failure)
  tables.journal.push(noted)
  if (hook.action && ended && failure !== undefined)
    refuseAction(hook.action, output, failure, tables.profile)
  else if (hook.action) endAction(hook.action, output, failure)
  else if (hook.command === undefined) settleHook(unit, hook, failure)
  else hook.ended?.(output, failure)
  if (failure === undefined) tellAfter(unit, hook)
  if (!rebooted) return noted
  if (hook.action && tables.profile === '4.0') hook.action.status = 'running'
  await reboot(tables, unit)
  return noted
}

const installing = 'installing charm software'

/** Statuses that the agent sets itself (facts/juju.md §1.8), the first only where the charm has set none yet. */
function tellBefore({ workload }: Unit, hook: HookToRun): void {
  const tell = (message: string): unknown => Object.assign(workload, { status: 'maintenance', message })
  if (isAsked(hook)) return
  const { name } = hook
  if (name === 'install' && workload.message === 'agent initialising') tell(installing)
  if (name === 'stop') tell('stopping charm software')
  if (name === 'remove') tell('cleaning up prior to charm deletion')
}

function tellAfter({ workload }: Unit, hook: HookToRun): void {
  if (isAsked(hook)) return
  const { name } = hook
  if (name === 'start' && workload.message === installing)
    Object.assign(workload, { status: 'unknown', message: '' })
  if (name === 'stop') Object.assign(workload, { status: 'maintenance', message: '' })
}

function isAsked({ action, command }: HookToRun): boolean {
  return action !== undefined || command !== undefined
}

function note({ cutOff }: HookContext, run: HookRun, failure: string | undefined): HookRun {
  if (failure === undefined) return run
  if (cutOff) return { ...run, exit: 'cut off' }
  return run.exit === 0 ? { ...run, exit: 'flush', stderr: failure } : run
}

function commit(context: HookContext): string | undefined {
  try {
    flush(context)
    return undefined
  } catch (error) {
    if (error instanceof ToolFailure) return error.message
    throw error
  }
}

function settleHook(unit: Unit, hook: HookToRun, failure: string | undefined): void {
  unit.agent = failure === undefined ? 'idle' : 'error'
  unit.failed = failure === undefined ? undefined : hook
  if (failure === undefined) hook.done()
}

/** Where the wrapper leaves its account. */
const usageFile = '/run/hook-usage'

async function runProcess(
  context: HookContext,
  kill: (...call: Parameters<KillHere>) => boolean,
  measure: boolean,
): Promise<{ readonly run: HookRun; readonly output: Action['output'] }> {
  const { unit, hook } = context
  const began = performance.now()
  const stop = new AbortController()
  const onCall = (tool: string, args: readonly string[]): boolean => {
    const dies = kill(unit.name, tool, args, hook.name)
    if (dies) stop.abort()
    return !dies
  }
  await using served = await serveTools(unit, `${agentFolder(unit)}/agent.socket`, context, onCall)
  const folder = charmFolder(unit)
  const wrapper = measure ? ['/usr/local/sbin/measured', usageFile] : []
  const does = hook.command === undefined ? [`${folder}/dispatch`] : ['/bin/bash', '-c', hook.command]
  const started = unit.host.spawn([...wrapper, ...does], { env: environmentOf(context), cwd: folder })
  stop.signal.addEventListener('abort', () => started.kill())
  const ended = await started.ended
  if (!stop.signal.aborted && kill(unit.name, 'exit', [], hook.name)) stop.abort()
  const { code, stdout, stderr } = ended
  const run = {
    unit: unit.name,
    hook: hook.name,
    env: hook.env,
    asked: isAsked(hook),
    exit: stop.signal.aborted ? 'killed' : (code ?? ended.signal ?? 'killed'),
    calls: served.calls,
    log: context.log,
    stderr: `${stdout}${stderr}`,
    ms: performance.now() - began,
    ...(measure && { usage: await readUsage(unit) }),
  }
  return { run, output: { code: code ?? -1, stdout, stderr } }
}

async function readUsage({ host }: Unit): Promise<NonNullable<HookRun['usage']>> {
  const [us = 0, peakKb = 0] = (await readFile(host.outside(usageFile), 'utf8')).split(' ').map(Number)
  return { cpuMs: us / 1000, peakKb }
}
