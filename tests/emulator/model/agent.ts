// A unit's agent: runs one hook as Juju runs it (facts/juju.md §1), and commits what it asked for when it ends with 0.

import { randomBytes } from 'node:crypto'
import { access, copyFile, cp, mkdir, readdir, readFile, rm, stat, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { flush } from './flush.ts'
import { type HookContext, openContext, ToolFailure } from './hook-context.ts'
import { gone, serveTools, tools } from './server.ts'
import type { HookRun, HookToRun, Tables, Unit } from './state.ts'

/** Asked before each hook tool takes effect, and for `exit` before the commit: the hook's process is killed there, or its machine rebooted. */
export type KillHere = (unit: string, tool: string, args: readonly string[]) => boolean | 'reboot'

const tag = (unit: Unit): string => `unit-${unit.name.replace('/', '-')}`
const agentFolder = (unit: Unit): string => `/var/lib/juju/agents/${tag(unit)}`
const toolsFolder = (unit: Unit): string => `/var/lib/juju/tools/${tag(unit)}`
const charmFolder = (unit: Unit): string => `${agentFolder(unit)}/charm`

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
  const run = await runProcess(context, killOrReboot, measure)
  const failure = run.exit === 0 ? commit(context) : `exit status ${run.exit}`
  const noted = note(context, run, failure)
  tables.journal.push(noted)
  settleHook(unit, hook, failure)
  if (failure === undefined) tellAfter(unit, hook)
  if (!rebooted) return noted
  if (hook.action && tables.profile === '4.0') hook.action.status = 'running'
  await reboot(tables, unit)
  return noted
}

const installing = 'installing charm software'

/** Statuses that the agent sets itself (facts/juju.md §1.8), the first only where the charm has set none yet. */
function tellBefore({ workload }: Unit, { name, action }: HookToRun): void {
  const tell = (message: string): unknown => Object.assign(workload, { status: 'maintenance', message })
  if (action) return
  if (name === 'install' && workload.message === 'agent initialising') tell(installing)
  if (name === 'stop') tell('stopping charm software')
  if (name === 'remove') tell('cleaning up prior to charm deletion')
}

function tellAfter({ workload }: Unit, { name, action }: HookToRun): void {
  if (action) return
  if (name === 'start' && workload.message === installing)
    Object.assign(workload, { status: 'unknown', message: '' })
  if (name === 'stop') Object.assign(workload, { status: 'maintenance', message: '' })
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
  if (hook.action) {
    if (hook.action.status === 'pending') hook.action.status = failure === undefined ? 'completed' : 'failed'
    if (failure !== undefined) hook.action.message = failure
    return
  }
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
): Promise<HookRun> {
  const { unit, hook } = context
  const began = performance.now()
  const stop = new AbortController()
  const onCall = (tool: string, args: readonly string[]): boolean => {
    const dies = kill(unit.name, tool, args)
    if (dies) stop.abort()
    return !dies
  }
  await using served = await serveTools(unit, `${agentFolder(unit)}/agent.socket`, context, onCall)
  const folder = charmFolder(unit)
  const wrapper = measure ? ['/usr/local/sbin/measured', usageFile] : []
  const started = unit.host.spawn([...wrapper, `${folder}/dispatch`], {
    env: environment(context),
    cwd: folder,
  })
  stop.signal.addEventListener('abort', () => started.kill())
  const ended = await started.ended
  if (!stop.signal.aborted && kill(unit.name, 'exit', [])) stop.abort()
  return {
    unit: unit.name,
    hook: hook.name,
    env: hook.env,
    exit: stop.signal.aborted ? 'killed' : (ended.code ?? ended.signal ?? 'killed'),
    calls: served.calls,
    log: context.log,
    stderr: `${ended.stdout}${ended.stderr}`,
    ms: performance.now() - began,
    ...(measure && { usage: await readUsage(unit) }),
  }
}

async function readUsage({ host }: Unit): Promise<NonNullable<HookRun['usage']>> {
  const [us = 0, peakKb = 0] = (await readFile(host.outside(usageFile), 'utf8')).split(' ').map(Number)
  return { cpuMs: us / 1000, peakKb }
}

/** All that a hook's process gets, and nothing else (facts/juju.md §1.3). */
function environment({ id, tables, unit, hook }: HookContext): Readonly<Record<string, string>> {
  const folder = charmFolder(unit)
  return {
    JUJU_CHARM_DIR: folder,
    CHARM_DIR: folder,
    JUJU_CONTEXT_ID: id,
    JUJU_AGENT_SOCKET_ADDRESS: `${agentFolder(unit)}/agent.socket`,
    JUJU_AGENT_SOCKET_NETWORK: 'unix',
    JUJU_HOOK_NAME: hook.action ? '' : hook.name,
    JUJU_DISPATCH_PATH: `${hook.action ? 'actions' : 'hooks'}/${hook.name}`,
    JUJU_UNIT_NAME: unit.name,
    JUJU_MODEL_NAME: tables.name,
    JUJU_MODEL_UUID: tables.uuid,
    JUJU_API_ADDRESSES: '10.0.0.1:17070',
    JUJU_MACHINE_ID: unit.machine,
    JUJU_PRINCIPAL_UNIT: '',
    JUJU_AVAILABILITY_ZONE: '',
    JUJU_VERSION: tables.version,
    CLOUD_API_VERSION: '',
    JUJU_CHARM_HTTP_PROXY: '',
    JUJU_CHARM_HTTPS_PROXY: '',
    JUJU_CHARM_FTP_PROXY: '',
    JUJU_CHARM_NO_PROXY: '',
    PATH: `${toolsFolder(unit)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin`,
    LANG: 'C.UTF-8',
    TERM: 'tmux-256color',
    DEBIAN_FRONTEND: 'noninteractive',
    APT_LISTCHANGES_FRONTEND: 'none',
    ...(tables.profile === '3.6'
      ? { JUJU_SLA: 'unsupported' }
      : {
          JUJU_CHARM_TRACE_CONFIG_HTTP: '',
          JUJU_CHARM_TRACE_CONFIG_GRPC: '',
          JUJU_CHARM_TRACE_CONFIG_CA_CERT: '',
        }),
    ...hook.env,
    ...tables.environment,
  }
}

/** The archive's files, when the unit has none yet or the upgrade is about to run; what only the old archive had goes. */
async function placeCharm(tables: Tables, unit: Unit, hook: HookToRun): Promise<void> {
  const { unpacked } = unit.app.charm
  if (unit.placed === unpacked || (unit.placed !== undefined && hook.name !== 'upgrade-charm')) return
  const target = unit.host.outside(charmFolder(unit))
  if (unit.placed === undefined) await placeTools(tables, unit)
  else for (const file of await filesOf(unit.placed)) await rm(join(target, file), { force: true })
  for (const file of await filesOf(unpacked)) {
    const [from, to] = [join(unpacked, file), join(target, file)]
    await mkdir(dirname(to), { recursive: true })
    // Node's binary would fill the memory that a host's root lies in: hosts see the unpacked archive at its own path.
    if (unit.host.small && (await stat(from)).size > 4_000_000) await symlink(from, to)
    else await cp(from, to)
  }
  unit.placed = unpacked
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

/** Every tool under its own name; what this Juju lacks is no file, so a shell says 127. */
async function placeTools({ profile, without }: Tables, unit: Unit): Promise<void> {
  const folder = unit.host.outside(toolsFolder(unit))
  await mkdir(folder, { recursive: true })
  await copyFile(join(import.meta.dirname, '../host/jujuc-client'), join(folder, 'jujuc'))
  for (const tool of Object.keys(tools)) {
    if (gone[profile].has(tool) || without.has(tool)) continue
    const there = await access(join(folder, tool)).then(
      () => true,
      () => false,
    )
    if (!there) await symlink('jujuc', join(folder, tool))
  }
}
