// Imports run one way, and never in a circle, types among them: main → { hooks, actions } → run → the loop → { observe, act, publish } → what
// these share → core → interfaces → { juju, etcd, machine, tls, object-storage }; the five at the bottom know nothing of each other, but all know
// plain-text.ts and parse-json.ts. To act or publish, one may look once more; nobody looks by acting. The core is pure: no input or output, no waiting, no
// clock, no chance.

import { globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

type Layer =
  | 'loader'
  | 'main'
  | 'run'
  | 'hooks'
  | 'actions'
  | 'worker'
  | 'work'
  | 'loop'
  | 'observe'
  | 'act'
  | 'publish'
  | 'shared'
  | 'config'
  | 'core'
  | 'interfaces'
  | 'juju'
  | 'etcd'
  | 'machine'
  | 'tls'
  | 'object-storage'
  | 'plain-text'
  | 'parse-json'

const bottom = ['juju', 'etcd', 'machine', 'tls', 'object-storage'] as const
const aboveCore = ['core', 'interfaces', 'config', ...bottom] as const
const below: Readonly<Record<Layer, readonly Layer[]>> = {
  loader: [],
  main: ['hooks', 'actions', 'run', 'juju'],
  run: ['shared', 'juju'],
  worker: ['work', 'shared', 'juju'],
  work: ['observe', 'shared', ...aboveCore],
  hooks: ['loop', 'publish', 'shared', 'juju'],
  actions: ['run', 'loop', 'observe', 'act', 'publish', 'shared', ...aboveCore],
  loop: ['observe', 'act', 'publish', 'shared', ...aboveCore],
  act: ['observe', 'shared', ...aboveCore],
  publish: ['observe', 'shared', ...aboveCore],
  observe: ['shared', ...aboveCore],
  shared: [...aboveCore],
  core: ['interfaces', 'config', ...bottom],
  interfaces: [...bottom],
  config: ['interfaces', ...bottom],
  juju: [],
  etcd: [],
  machine: [],
  tls: [],
  'object-storage': [],
  'plain-text': [],
  'parse-json': [],
}

/** Of the files at the top of src/charm; those in a folder are of the layer that bears its name, and the plans are core. */
const topOfCharm: Readonly<Record<string, Layer>> = {
  reconcile: 'loop',
  arrive: 'loop',
  leave: 'loop',
  'begin-restore': 'loop',
  observed: 'core',
  decide: 'core',
  step: 'core',
  status: 'core',
  charm: 'shared',
  'a-few-at-a-time': 'shared',
  'by-kind': 'shared',
  layout: 'shared',
  'need-space': 'shared',
  outcome: 'shared',
  'open-admin': 'shared',
  'own-credentials': 'shared',
  'keep-lock': 'shared',
  'read-backups': 'shared',
  'delete-backup': 'shared',
  'fetched-snapshot': 'shared',
  'find-host': 'shared',
  'failed-record': 'shared',
  'last-told': 'core',
  'writes-to-relations': 'shared',
}
const impure: readonly (readonly [RegExp, string])[] = [
  [/\basync\b|\bawait\b|\bPromise\b/, 'waits'],
  [/\bnew Date\(\)|\bDate\.now|\bperformance\./, 'asks the clock'],
  [/Math\.random|randomBytes|randomUUID/, 'is left to chance'],
  [/\bprocess\.|\bfetch\(|from 'node:(?!crypto)/, 'does input or output'],
]

export function layerOf(file: string): Layer {
  const [, folder = '', place = ''] = file.split('/')
  const name = (folder === 'charm' ? place : folder).replace(/\.ts$/, '')
  const layer = folder === 'charm' ? (name === 'plan' ? 'core' : (topOfCharm[name] ?? name)) : name
  if (isLayer(layer)) return layer
  throw new Error(`${file} belongs to no layer; add it to scripts/import-rules.ts`)
}

function isLayer(text: string): text is Layer {
  return Object.hasOwn(below, text)
}

/**
 * A story that runs on any driver loads nothing of the emulator, which is not there on a controller: neither by itself nor through a
 * file that it imports. Types are erased, and what a step loads when it runs (`await import`) it has said that it needs.
 */
export function emulatorLoadedBy(story: string, read: (file: string) => string): readonly string[] {
  const seen = new Set<string>()
  const loads = (file: string, by: readonly string[]): readonly string[] => {
    if (seen.has(file)) return []
    seen.add(file)
    const path = [...by, file]
    if (file.startsWith('tests/emulator/') || file === 'tests/stories/world.ts')
      return [`${path.join(' loads ')}: ${story} runs on a controller, too, where no emulator is`]
    return valueImports(file, read(file)).flatMap((target) => loads(target, path))
  }
  return runsOnAnyDriver(read(story)) ? loads(story, []) : []
}

export function runsOnAnyDriver(source: string): boolean {
  return /from '(\.\.?\/)+(?:stories\/)?driver\/story\.ts'/.test(source)
}

function valueImports(file: string, source: string): readonly string[] {
  const statements = /^(?:import|export)\s+(?!type\b)(?:[^'";]*?\sfrom\s+)?'(\.[^']+\.ts)'/gm
  return [...source.matchAll(statements)].map(([, path = '']) => normalize(join(dirname(file), path)))
}

/** The files that import each other, or themselves by way of others. */
export function circles(imports: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const found: (readonly string[])[] = []
  const done = new Set<string>()
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file)
    if (at >= 0) found.push([...path.slice(at), file])
    if (at >= 0 || done.has(file)) return
    for (const target of imports.get(file) ?? []) walk(target, [...path, file])
    done.add(file)
  }
  for (const file of imports.keys()) walk(file, [])
  return found
}

function importsOf(file: string, source: string): readonly string[] {
  return [...source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, path = '']) =>
    normalize(join(dirname(file), path)),
  )
}

/** What is wrong with a file's imports and, in the core, with its words. */
export function violations(file: string, source: string): readonly string[] {
  const layer = layerOf(file)
  const wrong = importsOf(file, source)
    .filter((target) => ![layer, 'plain-text', 'parse-json', ...below[layer]].includes(layerOf(target)))
    .map((target) => `${file} (${layer}) imports ${target} (${layerOf(target)})`)
  if (layer !== 'core') return wrong
  // Comments and type positions may name what code may not do.
  const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
  return [
    ...wrong,
    ...impure.filter(([word]) => word.test(code)).map(([, does]) => `${file} is core, and ${does}`),
  ]
}

if (import.meta.main) {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name}`)
  const read = (file: string): string => readFileSync(file, 'utf8')
  const stories = globSync('tests/stories/**/*.test.ts')
  const imports = new Map(files.map((file) => [file, importsOf(file, read(file))] as const))
  const wrong = [
    ...files.flatMap((file) => violations(file, read(file))),
    ...circles(imports).map((path) => `a circle: ${path.join(' imports ')}`),
    ...stories.flatMap((story) => emulatorLoadedBy(story, read)),
  ]
  for (const line of wrong) console.error(line)
  process.exit(wrong.length > 0 ? 1 : 0)
}
