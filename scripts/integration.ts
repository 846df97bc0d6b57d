// `make integration`: the stories on the controller and cloud that your `juju` points at, in models of their own that are removed
// afterwards. The archives come from make; tests/stories/README.md tells the options.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { runsOnAnyDriver } from './import-rules.ts'
import { openJujuCli } from '../tests/stories/driver/juju-cli.ts'
import { addModel, destroyModel } from '../tests/stories/driver/juju-driver.ts'
import { parseModels, parseStatus } from '../tests/stories/driver/juju-json.ts'
import { forgetCopies } from '../tests/stories/driver/readable-by-juju.ts'
import { type JujuOptions, modelName, readJujuOptions } from '../tests/stories/driver/juju-options.ts'
import type { Profile } from '../tests/stories/driver/driver.ts'

/** Of an agent like 3.6.26 or 4.0.15: 4.1 prints what 4.0 does. */
export function profileOf(version: string): Profile {
  const [, major = 0, minor = 0] = (/^(\d+)\.(\d+)/.exec(version) ?? []).map(Number)
  if (major === 3 && minor >= 6) return '3.6'
  if (major >= 4) return '4.0'
  throw new Error(`the controller is Juju ${version}; the charm assumes 3.6 or newer`)
}

/** Named sets of stories. `core` is what a laptop runs in a quarter of an hour: one model, in which etcd stays, and a client at a time. */
const sets: Readonly<Record<string, readonly string[]>> = {
  core: ['main-job', 'identity', 'given', 'apiserver'],
}

/** Files, by patterns, or by the name of a set or of a story. */
export function filesOf(stories: string): readonly string[] {
  const words = stories.split(/\s+/).filter((word) => word !== '')
  return words
    .flatMap((word) => sets[word] ?? [word])
    .map((word) => (word.includes('/') ? word : `tests/stories/${word}.test.ts`))
}

function chooseStories(): readonly string[] {
  const files = globSync([...filesOf(process.env.STORIES || '*')]).sort()
  const chosen = files.filter((file) => runsOnAnyDriver(readFileSync(file, 'utf8')))
  for (const file of files)
    if (!chosen.includes(file))
      console.log(`SKIPPED on a controller: ${file} is written for the emulator alone`)
  if (chosen.length === 0) throw new Error('no story is left to run')
  return chosen
}

async function runStories(
  stories: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const flags = ['--disable-warning=DEP0123', '--test', '--test-concurrency=1', '--test-timeout=7200000']
  const tests = spawn(process.execPath, [...flags, ...stories], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => tests.kill(signal))
  const [code] = await once(tests, 'exit')
  return typeof code === 'number' ? code : 1
}

/** Whatever models of the run are left, also after an interruption. */
async function destroyModels(options: JujuOptions): Promise<void> {
  const flags = options.controller ? ['--controller', options.controller] : []
  const juju = openJujuCli(modelName(options, options.prefix))
  const there = parseModels(await juju.runWithoutModel('models', '--format=json', ...flags))
  for (const name of there.filter((model) => model.startsWith(options.prefix))) {
    if (options.keep)
      console.log(`the model ${name} stays; end it with: juju destroy-model ${name} --destroy-storage`)
    else await destroyModel(openJujuCli(modelName(options, name)))
  }
}

async function main(): Promise<number> {
  const stories = chooseStories()
  const prefix = `etcd-stories-${Date.now().toString(36)}`
  const options = readJujuOptions({ ...process.env, STORY_MODELS: prefix, JUJU_PROFILE: '3.6' })
  const juju = openJujuCli(modelName(options, prefix), console.log)
  await juju.runWithoutModel('version')
  try {
    await addModel(juju, options)
    const { version } = parseStatus(await juju.run('status', '--format=json')).model
    const profile = process.env.JUJU_PROFILE || profileOf(version)
    console.log(`Juju ${version}, base ${options.base}, logs of failures below ${options.logs}`)
    const archives = Object.fromEntries(
      ['ETCD_CHARM', 'CLIENT_CHARM', 'PYTHON_CHARM'].map((name) => [name, resolve(process.env[name] ?? '')]),
    )
    return await runStories(stories, {
      ...archives,
      STORY_DRIVER: 'juju',
      STORY_MODELS: prefix,
      JUJU_PROFILE: profile,
    })
  } finally {
    await destroyModels(options)
    await forgetCopies()
  }
}

if (import.meta.main) {
  process.exitCode = await main().catch((error: unknown) => {
    const said = error instanceof Error ? error.message : String(error)
    const remedy =
      'Install juju (snap install juju), bootstrap a controller (juju bootstrap lxd), and try again.'
    console.error(`integration: ${said}\n${/ENOENT|no controller/i.test(said) ? remedy : ''}`)
    return 1
  })
}
