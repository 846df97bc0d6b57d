// Stories on a controller, through the user's `juju`. Most share a model in which etcd stays and whose clients go with the story,
// since a machine costs a minute; the few that need a model of their own get one, which goes with them.

import { existsSync } from 'node:fs'
import { archivePaths, renewalsAtOnce } from './archives.ts'
import type { Deploy, Driver, Need, StoryModel } from './driver.ts'
import { openJujuCli, type JujuCli } from './juju-cli.ts'
import { deploy } from './juju-commands.ts'
import { jujuModel } from './juju-model.ts'
import { parseChangedOptions, parseModels } from './juju-json.ts'
import { type JujuOptions, modelName } from './juju-options.ts'
import { readStatus } from './juju-views.ts'
import { waitFor } from './wait-for.ts'

const lacking: Partial<Record<Need, () => string | undefined>> = {
  journal: () => 'a controller does not tell what a hook called',
  faults: () => 'a real machine is not killed for a test',
  'virtual-time': () => 'real time does not move by command',
  'one-hook-at-a-time': () => 'the agents decide when hooks run',
  standstill: () => 'its agents run hooks meanwhile',
  'relation-numbers': () => 'a controller counts for itself',
  'ghost-clients': () => 'each client here is a charm',
  'python-requirer': () =>
    existsSync(archivePaths().python) ? undefined : 'its archive is not there; see the output of make',
}

/** Keeps the clients' machine when no client is there: Juju removes a machine with its last unit. */
const anchor = 'anchor'

export function openJujuDriver(options: JujuOptions): Driver {
  const told = (line: string): void => {
    if (process.env.TRACE) console.error(line)
  }
  let count = 0
  const cliFor = (name: string): JujuCli => openJujuCli(modelName(options, name), told)
  const openOwn = async (): Promise<StoryModel> => {
    count += 1
    const juju = cliFor(`${options.prefix}-${process.pid}-${count}`)
    await addModel(juju, options)
    const close = (): Promise<void> => (options.keep ? Promise.resolve() : destroyModel(juju))
    return jujuModel(juju, options, { another: openOwn, close, machineForClients: async () => undefined })
  }
  const openShared = async (): Promise<StoryModel> => {
    const juju = cliFor(options.prefix)
    if (!(await modelIsThere(juju, options))) await addModel(juju, options)
    const machineForClients = (): Promise<string | undefined> =>
      options.apart ? Promise.resolve(undefined) : anchorMachine(juju, options)
    return shared(
      juju,
      jujuModel(juju, options, { another: openOwn, close: (model) => leave(juju, model), machineForClients }),
    )
  }
  return {
    name: 'juju',
    profiles: [options.profile],
    lacks: (need) => lacking[need]?.(),
    open: ({ own }) => (own ? openOwn() : openShared()),
  }
}

async function modelIsThere(juju: JujuCli, { controller }: JujuOptions): Promise<boolean> {
  const flags = controller ? ['--controller', controller] : []
  const there = parseModels(await juju.runWithoutModel('models', '--format=json', ...flags))
  return there.includes(juju.model.replace(/^.*:/, ''))
}

/** Hooks that fail stay failed, and update-status comes when a story asks for it. */
export async function addModel(juju: JujuCli, { cloud, controller }: JujuOptions): Promise<void> {
  await juju.runWithoutModel(
    'add-model',
    juju.model.replace(/^.*:/, ''),
    ...(cloud ? [cloud] : []),
    ...(controller ? ['--controller', controller] : []),
    '--no-switch',
    '--config=automatically-retry-hooks=false',
    '--config=update-status-hook-interval=60m',
    '--config=logging-config=<root>=INFO;unit=DEBUG',
  )
}

export async function destroyModel(juju: JujuCli): Promise<void> {
  await juju.runWithoutModel(
    'destroy-model',
    juju.model,
    '--no-prompt',
    '--destroy-storage',
    '--force',
    '--no-wait',
  )
}

/** etcd is there already, unless this is the first story. */
function shared(juju: JujuCli, model: StoryModel): StoryModel {
  return {
    ...model,
    async deploy(app: string, what: Deploy) {
      if (what.charm !== 'etcd') return model.deploy(app, what)
      if (what.config || what.resources || (what.units ?? 1) > 1 || app !== 'etcd')
        throw new Error(`a story that deploys etcd in its own way says ownModel: ${JSON.stringify(what)}`)
      if (!(await readStatus(juju)).applications[app]) await model.deploy(app, what)
    },
  }
}

/** A model that does not come to rest without its clients is no place for the next story, which then begins a new one. */
async function leave(juju: JujuCli, model: StoryModel): Promise<void> {
  try {
    await clear(juju, model)
  } catch (error) {
    console.error(`${juju.model} is destroyed, since it could not be cleared: ${String(error)}`)
    await destroyModel(juju)
  }
}

/** Every application but etcd goes, and etcd's options are again what stories begin with. */
async function clear(juju: JujuCli, model: StoryModel): Promise<void> {
  const { applications } = await readStatus(juju)
  for (const app of Object.keys(applications))
    if (app !== 'etcd' && app !== anchor) await model.removeApplication(app)
  // A unit that is going runs nothing any more that is asked of it.
  await model.settle()
  const changed = parseChangedOptions(await juju.run('config', '--format=json', 'etcd'))
  const reset = changed.filter((option) => !Object.hasOwn(renewalsAtOnce, option))
  if (reset.length > 0) await model.resetConfiguration('etcd', reset)
  await model.configure('etcd', renewalsAtOnce)
  await model.updateStatus()
}

async function anchorMachine(juju: JujuCli, options: JujuOptions): Promise<string> {
  if (!(await readStatus(juju)).applications[anchor]) {
    const archives = archivePaths()
    const placing = { archives, machineForClients: async () => undefined }
    await deploy(juju, options, placing, anchor, { charm: 'client', config: { request: 'none' } })
  }
  let machine = ''
  const what = 'the clients get their machine'
  await waitFor({ ...options, what, hint: 'Look at: juju status' }, async () => {
    const units = Object.values((await readStatus(juju)).applications[anchor]?.units ?? {})
    machine = units[0]?.machine ?? ''
    return machine === '' ? 'no machine yet' : undefined
  })
  return machine
}
