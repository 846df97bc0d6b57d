// The commands of `juju` that the driver sends, done in the emulator.

import { type Action, printResults } from '../../../emulator/model/action.ts'
import { readFileSync } from 'node:fs'
import type { Controller, Running } from './open-front.ts'
import { printSecrets, printStatus, printStorage, printUnits } from './print-model.ts'
import { readPairs, readWords, type Words } from './read-words.ts'

export interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

type Command = (words: Words, running: Running) => Promise<unknown> | unknown

/** juju fails with the task, and prints it all the same. */
class TaskFailed extends Error {
  override readonly name = 'TaskFailed'
  readonly task: object
  constructor(task: object) {
    super('task failed')
    this.task = task
  }
}

const commands: Readonly<Record<string, Command>> = {
  status: (_, running) => printStatus(running),
  'show-unit': ({ plain, flag }, running) => printUnits(running, plain, flag('--endpoint')),
  storage: (_, running) => printStorage(running),
  secrets: (_, running) => printSecrets(running),
  'show-secret': ({ plain: [id = ''] }, running) => printSecrets(running, id),
  deploy: ({ plain: [archive = '', app = ''], flag, all }, { model, work }) => {
    const units = Number(flag('--num-units') ?? 1)
    const config = { ...readPairs(all('--config')) }
    // These machines have etcdctl where the Python requirer does not look for it by itself.
    if (archive === process.env.PYTHON_CHARM) config.etcdctl ??= '/opt/etcd-of-the-emulator/etcdctl'
    const [resources, attachStorage] = [readPairs(all('--resource')), all('--attach-storage')]
    return work(() => model.deploy(app, { archive, units, resources, config, attachStorage }))
  },
  config: ({ plain: [app = '', ...pairs], flag }, running) => configure(running, app, pairs, flag('--reset')),
  'remove-application': ({ plain: [app = ''] }, { model, work }) => work(() => model.removeApplication(app)),
  'add-unit': ({ plain: [app = ''], flag, all }, { model, work }) =>
    work(async () => {
      for (let count = Number(flag('--num-units') ?? 1); count > 0; count -= 1)
        await model.addUnit(app, all('--attach-storage'))
    }),
  'attach-resource': ({ plain: [app = '', pair = ''] }, { model, work }) =>
    work(() => {
      for (const [name, path] of Object.entries(readPairs([pair]))) model.attachResource(app, name, path)
    }),
  'remove-unit': ({ plain: [unit = ''] }, { model, work }) => work(() => model.removeUnit(unit)),
  refresh: ({ plain: [app = ''], flag }, { model, work }) =>
    work(() => model.refresh(app, flag('--path') ?? '')),
  integrate: ({ plain: [one = '', other = ''] }, { model, work }) =>
    work(() => void model.integrate(one, other)),
  'remove-relation': ({ plain }, running) => removeRelation(running, plain),
  run: ({ plain: [unit = '', action = '', ...pairs] }, running) => run(running, unit, action, pairs),
  exec: ({ plain: [line = ''], flag }, running) => exec(running, flag('--unit') ?? '', line),
  'debug-log': (_, { model }) => model.tables.journal.map(({ unit, hook }) => `${unit} ${hook}`),
}

/** As the process `juju` would answer. */
export async function answer(
  controller: Controller,
  [command = '', ...rest]: readonly string[],
): Promise<Said> {
  try {
    const value = await obey(controller, command, readWords(rest))
    return { code: 0, stdout: value === undefined ? '' : JSON.stringify(value), stderr: '' }
  } catch (error) {
    if (error instanceof TaskFailed)
      return { code: 1, stdout: JSON.stringify(error.task), stderr: error.message }
    return { code: 1, stdout: '', stderr: `ERROR ${error instanceof Error ? error.message : String(error)}` }
  }
}

async function obey({ models, add }: Controller, command: string, words: Words): Promise<unknown> {
  const [name = ''] = words.plain
  if (command === 'models') return { models: [...models.keys()].map((model) => ({ name: `admin/${model}` })) }
  if (command === 'show-model') return { [name]: { 'model-uuid': models.get(name)?.model.tables.uuid } }
  if (command === 'version') return '3.6.26-emulated'
  if (command === 'add-model') return add(name)
  if (command === 'destroy-model') {
    models.delete(name)
    return undefined
  }
  const running = models.get(words.flag('-m') ?? '')
  const act = commands[command]
  if (!running || !act)
    throw new Error(running ? `no command ${command}` : `model ${words.flag('-m')} not found`)
  return act(words, running)
}

function configure({ model, work }: Running, app: string, pairs: readonly string[], reset?: string): unknown {
  const found = model.tables.applications.get(app)
  if (!found) throw new Error(`application "${app}" not found`)
  const { charm, config } = found
  if (reset !== undefined) return work(() => model.resetConfig(app, reset.split(',')))
  if (pairs.length > 0) {
    // What begins with @ names a file.
    const read = (value: string): string =>
      value.startsWith('@') ? readFileSync(value.slice(1), 'utf8') : value
    const values = Object.entries(readPairs(pairs)).map(([name, value]) => [name, read(value)] as const)
    return work(() => model.config(app, Object.fromEntries(values)))
  }
  const source = (option: string): string => (Object.hasOwn(config, option) ? 'user' : 'default')
  return {
    settings: Object.fromEntries(
      [...charm.options.keys()].map((option) => [option, { source: source(option) }]),
    ),
  }
}

function removeRelation({ model, work }: Running, ends: readonly string[]): unknown {
  const found = [...model.tables.relations.values()].find((relation) =>
    ends.every((end) => relation.ends.some(({ app, endpoint }) => `${app}:${endpoint}` === end)),
  )
  if (!found) throw new Error(`relation ${ends.join(' ')} not found`)
  return work(() => model.removeRelation(found.id))
}

function leaderOf(model: Running['model'], unit: string): string {
  const app = unit.replace(/\/leader$/, '')
  return app === unit ? unit : (model.tables.applications.get(app)?.leader ?? unit)
}

async function run({ model, alone }: Running, unit: string, action: string, pairs: readonly string[]) {
  const name = leaderOf(model, unit)
  const params = Object.entries(readPairs(pairs)).map(([key, value]) => [key, JSON.parse(value)] as const)
  const done = await alone(() => model.runAction(name, action, Object.fromEntries(params)))
  const failed = model.tables.profile === '3.6' && done.status !== 'completed'
  const task = { [name]: printTask(name, done) }
  if (failed || done.output.code !== 0) throw new TaskFailed(task)
  return task
}

function printTask(unit: string, action: Action): object {
  const { id, status, message } = action
  return { id, status, ...(message && { message }), results: printResults(action), unit }
}

/** On all of them at once: one that is on its way out does it before it goes. */
async function exec({ model, alone }: Running, units: string, line: string): Promise<object> {
  const names = units.split(',').map((unit) => leaderOf(model, unit))
  const asked = names.map((name) => [name, model.askExec(name, onMachine(line))] as const)
  await alone(() => model.settle())
  const tasks = Object.fromEntries(asked.map(([name, done]) => [name, printTask(name, done)]))
  if (asked.some(([, { output }]) => output.code !== 0)) throw new TaskFailed(tasks)
  return tasks
}

/** These machines have no journal: systemctl's stand-in counts starts in a file. */
function onMachine(line: string): string {
  const service = /^journalctl .*--unit=(\S+)/.exec(line)?.[1]
  return service ? `cat /run/emulator/${service}.starts 2>&1 || true` : line
}
