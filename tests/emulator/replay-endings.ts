// The later part of what was asked of Juju 4.0.14: units and relations that end, and another model's. What hooks asked there, the same
// hooks ask here, after the same command of the operator.

import { mkdir } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { type HookRun, type Model, openAnotherModel, openModel } from './index.ts'
import { type Printed, printed, teach } from './probe.ts'
import { isRecordedAction, type RecordedRun, recordedRuns } from './recorded.ts'
import { differ, folderOfProbe, teachUsual } from './replay.ts'

interface Scene {
  readonly models: Map<string, Model>
  /** What watched hooks printed, by unit and hook. */
  readonly heard: Map<string, readonly (Printed | undefined)[]>
  readonly watched: Map<string, number>
}

type Options = Pick<Parameters<typeof openModel>[0], 'etcd' | 'cache'>

export async function replayEndings(archive: string, options: Options): Promise<readonly string[]> {
  return [...(await replayFresh(archive, options)), ...(await replayAcross(archive, options))]
}

/** Three units and one, whose agents were never restarted before the end. */
async function replayFresh(archive: string, options: Options): Promise<readonly string[]> {
  const { scene, model } = await openScene('fid-c', options)
  await using _ = model
  await deployLed(model, archive, 'e', 3, 'e/1')
  await deployLed(model, archive, 'f', 1, 'f/0')
  await model.settle()
  const { id } = model.integrate('e:out', 'f:in')
  await model.settle()
  await teach(model, 'e/1', 'remove', ['relation-set -r 0 bye=1'])
  return await inTurn([
    () => step(scene, 'fresh: remove a non-leader e/0', () => model.removeUnit('e/0')),
    () => step(scene, 'fresh: remove the leader e/1', () => model.removeUnit('e/1')),
    () => step(scene, 'fresh: remove relation', () => model.removeRelation(id)),
    () =>
      step(scene, 'fresh: restart of the agent that still lists peers that are gone', () =>
        model.restartAgents(),
      ),
  ])
}

/** Two applications related both ways, of which two units go; then one of another model comes, and goes. */
async function replayAcross(archive: string, options: Options): Promise<readonly string[]> {
  const { scene, model } = await openScene('fid-a', options)
  await using _ = model
  await deployLed(model, archive, 'b', 2, 'b/1')
  await deployLed(model, archive, 'a', 4, 'a/2')
  await model.settle()
  model.removeRelation(model.integrate('a:out', 'b:in').id)
  await model.settle()
  await prepare(model)
  model.restartAgents()
  model.integrate('a:out', 'b:in')
  const { id: back } = model.integrate('b:out', 'a:in')
  await model.settle()
  const removed = await inTurn([
    () => step(scene, 'remove leader unit a/2', () => model.removeUnit('a/2')),
    async () => {
      model.passLeadership('a', 'a/3')
      await model.settle()
      return step(scene, 'new leader a/3', () => {})
    },
    () => step(scene, 'remove a non-leader a/0', () => model.removeUnit('a/0')),
  ])
  const other = openAnotherModel(model, 'fid-b')
  scene.models.set('fid-b', other)
  await deployLed(other, archive, 'c', 2, 'c/0')
  await model.settle()
  const url = model.offer('a:out')
  other.consume(url, 'far')
  const across = await inTurn([
    () => step(scene, 'integrate across', () => void other.integrate('c:in', 'far')),
    () => step(scene, 'on the offering side', () => {}),
    () => step(scene, 'secret across', () => {}),
    () => step(scene, 'revision across', () => {}),
    () => step(scene, 'consumer grants', () => {}),
    () => step(scene, 'suspend', () => model.suspendRelation(5)),
    () => step(scene, 'resume', () => model.resumeRelation(5)),
    () => step(scene, 'remove-saas', () => other.removeSaas('far')),
    () => step(scene, 'saas left', () => {}),
    async () => {
      other.consume(url, 'far2')
      other.integrate('c:in', 'far2')
      await model.settle()
      return step(scene, 'remove-unit, clean c/1', () => other.removeUnit('c/1'))
    },
    () => step(scene, 'remove-unit of the last, clean c/0', () => other.removeUnit('c/0')),
    () => step(scene, 'remove-relation, clean', () => model.removeRelation(back)),
  ])
  return [...removed, ...across]
}

/** What earlier situations left behind there. */
async function prepare(model: Model): Promise<void> {
  const pairs = "f=from-file j=json 'k e y=1' 'multi=li ne <&>' num=3 own-key=1 t=true"
  await model.exec(
    'a/2',
    `relation-set -r 1 ${pairs}; relation-set -r 1 --app ak=1; status-set active while-failing`,
  )
  const said = 'status-set blocked "said in a failing hook"'
  await model.exec('a/0', `relation-set -r 1 ${pairs} half=1 in-error=1; ${said}`)
}

async function openScene(
  name: string,
  options: Options,
): Promise<{ readonly scene: Scene; readonly model: Model }> {
  const [heard, watched] = [new Map<string, readonly (Printed | undefined)[]>(), new Map<string, number>()]
  const onHook = ({ unit, hook }: HookRun): void => {
    const lines = watched.get(`${unit} ${hook}`)
    if (lines !== undefined) heard.set(`${unit} ${hook}`, printedNow(scene, unit, hook, lines))
  }
  const model = await openModel({ ...options, name, profile: '4.0', version: '4.0.14', onHook })
  model.tables.environment.F = folderOfProbe
  const scene: Scene = { models: new Map([[name, model]]), heard, watched }
  return { scene, model }
}

/** At once: the machine of a unit that goes ends with its last hook. */
function printedNow(
  scene: Scene,
  unit: string,
  hook: string,
  count: number,
): readonly (Printed | undefined)[] {
  const model = [...scene.models.values()].find(({ tables }) =>
    tables.applications.has(unit.split('/')[0] ?? ''),
  )
  if (!model) return []
  const read = (name: string): string =>
    readFileSync(model.unit(unit).host.outside(`/probe.${hook}.${name}`), 'utf8')
  return Array.from({ length: count }, (_, at) => ({
    code: Number(read(`${at}.code`)),
    out: read(`${at}.out`),
    err: read(`${at}.err`),
  }))
}

async function deployLed(
  model: Model,
  archive: string,
  app: string,
  units: number,
  leader: string,
): Promise<void> {
  model.tables.environment.F = folderOfProbe
  await model.deploy(app, { archive, units, config: { collector: 'collector' } })
  const { app: of } = model.unit(leader)
  of.leader = leader
  for (const unit of of.units) {
    await mkdir(unit.host.outside(folderOfProbe), { recursive: true })
    await teachUsual(model, unit.name)
  }
}

async function step(scene: Scene, situation: string, act: () => void): Promise<readonly string[]> {
  const runs = recordedRuns(situation).filter(({ model }) => scene.models.has(model))
  const hooks = runs.filter((run) => !isRecordedAction(run))
  for (const run of hooks) {
    await teach(modelOf(scene, run), run.unit, run.action, linesOf(scene, run))
    scene.watched.set(`${run.unit} ${run.action}`, run.calls.length)
  }
  act()
  await [...scene.models.values()][0]?.settle()
  scene.watched.clear()
  const found = hooks.flatMap((run) =>
    differ(
      `${situation} ${run.unit} ${run.action}`,
      run.calls,
      scene.heard.get(`${run.unit} ${run.action}`) ?? [],
    ),
  )
  for (const run of runs.filter(isRecordedAction)) found.push(...(await askRun(scene, run)))
  return found
}

async function askRun(scene: Scene, run: RecordedRun): Promise<readonly string[]> {
  const model = modelOf(scene, run)
  if (
    !model.tables.applications.get(run.unit.split('/')[0] ?? '')?.units.some(({ name }) => name === run.unit)
  )
    return []
  await teach(model, run.unit, run.action, linesOf(scene, run))
  await model.runAction(run.unit, run.action)
  const answers = await printed(model, run.unit, run.action, run.calls.length)
  return differ(`${run.situation} ${run.unit}`, run.calls, answers)
}

function modelOf(scene: Scene, { model }: RecordedRun): Model {
  const found = scene.models.get(model)
  if (!found) throw new Error(`there is no model ${model}`)
  return found
}

/** A consumer has another name here. */
function linesOf(scene: Scene, { calls }: RecordedRun): readonly string[] {
  const names = [...scene.models.values()].flatMap(({ tables }) =>
    [...tables.relations.values()].flatMap(({ ends }) => ends.map(({ app }) => app)),
  )
  const remote = names.find((name) => name.startsWith('remote-')) ?? ''
  return calls.map(({ line }) => line.replace(/remote-0{31}1/g, remote))
}

async function inTurn(steps: readonly (() => Promise<readonly string[]>)[]): Promise<readonly string[]> {
  const found: string[] = []
  for (const one of steps) found.push(...(await one()))
  return found
}
