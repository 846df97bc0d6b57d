// The `juju` commands of the tutorial, done on a story's model, and what they print in as many words as the tutorial shows.

import { parseArgs } from 'node:util'
import type { CharmName, StoryModel, Values } from '../driver/driver.ts'

const charms: Readonly<Record<string, CharmName>> = {
  './etcd.charm': 'etcd',
  './ts-requirer.charm': 'client',
}

/** @param line like `juju add-unit etcd -n 2` */
export async function perform(model: StoryModel, line: string): Promise<string> {
  const [program, verb = '', ...args] = line.split(/\s+/)
  if (program !== 'juju') throw new Error(`the tutorial may only run juju: ${line}`)
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      n: { type: 'string', short: 'n', default: '1' },
      config: { type: 'string', multiple: true, default: [] },
    },
  })
  const [first = '', second = ''] = positionals
  switch (verb) {
    case 'deploy':
      await deploy(model, first, second, values.config)
      return ''
    case 'integrate':
      await model.integrate(first, second)
      return ''
    case 'add-unit':
      await model.addUnit(first, Number(values.n))
      return ''
    case 'remove-unit':
      await model.removeUnit(first)
      return ''
    case 'remove-relation':
      await model.removeRelation(await relationOf(model, first))
      return ''
    case 'remove-application':
      await model.removeApplication(first)
      return ''
    case 'run':
      return run(model, first, second, toValues(positionals.slice(2)))
    case 'status':
      return status(model)
    default:
      throw new Error(`the tutorial has a command that its story can't do: ${line}`)
  }
}

async function deploy(
  model: StoryModel,
  path: string,
  app: string,
  config: readonly string[],
): Promise<void> {
  const charm = charms[path]
  if (!charm) throw new Error(`the tutorial deploys ${path}, of which its story knows nothing`)
  await model.deploy(app, { charm, config: toValues(config) })
}

function toValues(pairs: readonly string[]): Values {
  return Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s, 2)))
}

async function relationOf(model: StoryModel, end: string): Promise<number> {
  const [app = '', endpoint = ''] = end.split(':')
  const found = (await model.relations(app)).find((relation) => relation.endpoint === endpoint)
  if (!found) throw new Error(`no relation at ${end}`)
  return found.id
}

async function run(model: StoryModel, unit: string, action: string, params: Values): Promise<string> {
  const { status, message, results } = await model.runAction(unit, action, params)
  return [status, message, ...Object.entries(results).map(([key, value]) => `${key}: ${value}`)].join(' ')
}

async function status(model: StoryModel): Promise<string> {
  await model.settle()
  const lines: string[] = []
  for (const app of ['etcd', 'web']) {
    const units = await model.units(app).catch(() => [])
    if (units.length === 0) continue
    const { status: of, version } = await model.application(app)
    lines.push([app, version, of.status, of.message].join(' '))
    for (const unit of units) {
      const { workload, leader, name, address } = unit
      lines.push([`${name}${leader ? '*' : ''}`, workload.status, address, workload.message].join(' '))
    }
  }
  return lines.join('\n')
}
