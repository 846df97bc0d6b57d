// What a story does to a model on a controller.

import { renewalsAtOnce } from './archives.ts'
import type { ActionResult, CharmName, Commands, Deploy, Ended, Values } from './driver.ts'
import { type JujuCli, JujuFailed, commandLine } from './juju-cli.ts'
import type { JujuOptions } from './juju-options.ts'
import { actionOf, endOf, runTasks } from './juju-tasks.ts'
import { relationIdsAt } from './juju-views.ts'
import { filesForLong } from './long-values.ts'
import { readableByJuju } from './readable-by-juju.ts'
import { waitFor } from './wait-for.ts'

/** The commands that concern one model alone. */
export type ModelCommands = Omit<Commands, 'another'>

export interface Placing {
  /** Machine for a new client; `undefined` for one of its own. */
  machineForClients(): Promise<string | undefined>
  readonly archives: Readonly<Record<CharmName, string>>
}

/** `key=value` for juju, whose values are YAML: a string stays one. */
function pairs(values: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(values).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
}

/** Options are text that Juju parses by their type. */
function settings(values: Values): readonly string[] {
  return Object.entries(values).map(([key, value]) => `${key}=${value}`)
}

export async function deploy(
  juju: JujuCli,
  options: JujuOptions,
  { archives, machineForClients }: Placing,
  app: string,
  { charm, units = 1, config = {}, resources = {}, attachStorage = [] }: Deploy,
): Promise<void> {
  const all =
    charm === 'etcd' && options.etcdResource ? { etcd: options.etcdResource, ...resources } : resources
  const machine = charm === 'etcd' ? undefined : await machineForClients()
  const attached: string[] = []
  for (const [name, path] of Object.entries(all))
    attached.push('--resource', `${name}=${await readableByJuju(path)}`)
  await juju.run(
    'deploy',
    await readableByJuju(typeof charm === 'string' ? archives[charm] : charm.archive),
    app,
    `--base=${options.base}`,
    ...(units > 1 ? [`--num-units=${units}`] : []),
    ...(machine ? [`--to=${machine}`] : []),
    ...settings(charm === 'etcd' ? { ...renewalsAtOnce, ...config } : config).flatMap((pair) => [
      '--config',
      pair,
    ]),
    ...attached,
    ...attachStorage.map((storage) => `--attach-storage=${storage}`),
  )
}

export function jujuCommands(juju: JujuCli, options: JujuOptions, placing: Placing): ModelCommands {
  const ends = new Map<number, readonly [string, string]>()
  const offers = `${juju.model.replace(/^.*:/, '')}.`
  const controller = options.controller ? ['--controller', options.controller] : []
  const only = async (command: string, ...args: readonly string[]): Promise<void> => {
    await juju.run(command, ...args)
  }
  return {
    deploy: (app, what) => deploy(juju, options, placing, app, what),
    removeApplication: (app, { keepsStorage } = { keepsStorage: false }) =>
      only('remove-application', '--no-prompt', ...(keepsStorage ? [] : ['--destroy-storage']), app),
    addUnit: (app, count = 1) => only('add-unit', app, `--num-units=${count}`),
    addUnitWith: (app, storage) => only('add-unit', app, `--attach-storage=${storage}`),
    removeUnit: (unit) => only('remove-unit', '--no-prompt', unit),
    resetConfiguration: (app, names) => only('config', app, '--reset', names.join()),
    async configure(app, values) {
      await using files = await filesForLong(values)
      await only('config', app, ...settings(files.values))
    },
    refresh: async (app, archive) => only('refresh', app, '--path', await readableByJuju(archive)),
    attachResource: async (app, resource, path) =>
      only('attach-resource', app, `${resource}=${await readableByJuju(path)}`),
    async integrate(one, other) {
      const id = await integrate(juju, options, one, other)
      ends.set(id, [one, other])
      return id
    },
    removeRelation: (relation) => only('remove-relation', ...(ends.get(relation) ?? [String(relation)])),
    suspendRelation: (relation) => only('suspend-relation', String(relation)),
    resumeRelation: (relation) => only('resume-relation', String(relation)),
    async offer(endpoint) {
      const name = endpoint.split(':', 1)[0] ?? ''
      await juju.runWithoutModel('offer', `${offers}${endpoint}`, name, ...controller)
      return `${offers}${name}`
    },
    removeOffer: async (url) => {
      await juju.runWithoutModel('remove-offer', url, '--force', '--yes', ...controller)
    },
    consume: (url, saas) => only('consume', options.controller ? `${options.controller}:${url}` : url, saas),
    removeSaas: (saas) => only('remove-saas', saas),
    runAction: (unit, action, params = {}) => runAction(juju, unit, action, params),
    exec: (unit, argv, env) => execOn(juju, unit, argv, env),
    async hookTool(unit, ...argv) {
      const { code, stdout, stderr } = await execOn(juju, unit, argv)
      if (code !== 0) throw new JujuFailed(`${argv[0]} on ${unit} failed with ${code}: ${stderr.trim()}`)
      return stdout.trimEnd()
    },
  }
}

/** Juju does not say the new relation's id: it is the one that was not there before, where the requirer is. */
async function integrate(juju: JujuCli, options: JujuOptions, one: string, other: string): Promise<number> {
  const known = new Set(await relationIdsAt(juju, other))
  await juju.run('integrate', one, other)
  let id: number | undefined
  const waiting = {
    ...options,
    what: `the relation ${one} ${other} is there`,
    hint: 'Look at juju status --relations',
  }
  await waitFor({ ...waiting, deadlineMs: Math.min(options.deadlineMs, 60_000) }, async () => {
    id = (await relationIdsAt(juju, other)).find((row) => !known.has(row))
    return id === undefined ? 'juju show-unit does not show it yet' : undefined
  })
  return id ?? -1
}

async function runAction(
  juju: JujuCli,
  unit: string,
  action: string,
  params: Readonly<Record<string, unknown>>,
): Promise<ActionResult> {
  const [task] = (
    await runTasks(juju, `run ${unit} ${action}`, ['run', unit, action, ...pairs(params)])
  ).values()
  return actionOf(task ?? { status: 'none' })
}

export async function execOn(
  juju: JujuCli,
  unit: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const [ended] = (await execOnEach(juju, [unit], argv, env)).values()
  if (!ended) throw new JujuFailed(`juju exec on ${unit} printed no task`)
  return ended
}

/** On several units by one command: Juju starts them all, and those of one machine take turns. */
export async function execOnEach(
  juju: JujuCli,
  units: readonly string[],
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ReadonlyMap<string, Ended>> {
  const rows = await runTasks(juju, `exec on ${units.join()}`, [
    'exec',
    '--unit',
    units.join(),
    '--',
    commandLine(argv, env),
  ])
  return new Map([...rows].map(([unit, task]) => [unit, endOf(unit, task)]))
}
