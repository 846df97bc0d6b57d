// Imports run one way: main → hooks → charm (shell) → charm (core) → interfaces → { juju, etcd, machine, tls }, and the four at the
// bottom know nothing of each other, but all know plain-text.ts. The core is pure: no input or output, no waiting, no clock, no chance.

import { globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

type Layer =
  | 'main'
  | 'hooks'
  | 'config'
  | 'shell'
  | 'core'
  | 'interfaces'
  | 'juju'
  | 'etcd'
  | 'machine'
  | 'tls'
  | 'plain-text'

const bottom = ['juju', 'etcd', 'machine', 'tls'] as const
const below: Readonly<Record<Layer, readonly Layer[]>> = {
  main: ['hooks', 'shell', 'juju'],
  hooks: ['shell', 'juju'],
  shell: ['core', 'interfaces', 'config', ...bottom],
  core: ['interfaces', 'config', ...bottom],
  interfaces: [...bottom],
  config: [...bottom],
  juju: [],
  etcd: [],
  machine: [],
  tls: [],
  'plain-text': [],
}

const coreFiles = ['observed', 'step', 'decide', 'status'].map((name) => `src/charm/${name}.ts`)
const impure: readonly (readonly [RegExp, string])[] = [
  [/\basync\b|\bawait\b|\bPromise\b/, 'waits'],
  [/\bnew Date\(\)|\bDate\.now|\bperformance\./, 'asks the clock'],
  [/Math\.random|randomBytes|randomUUID/, 'is left to chance'],
  [/\bprocess\.|\bfetch\(|from 'node:(?!crypto)/, 'does input or output'],
]

export function layerOf(file: string): Layer {
  const [, folder = ''] = file.split('/')
  if (folder === 'charm')
    return coreFiles.includes(file) || file.startsWith('src/charm/plan/') ? 'core' : 'shell'
  const name = folder.replace(/\.ts$/, '')
  if (isLayer(name)) return name
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
  return /from '(\.\.?\/)+driver\/story\.ts'/.test(source)
}

function valueImports(file: string, source: string): readonly string[] {
  const statements = /^(?:import|export)\s+(?!type\b)(?:[^'";]*?\sfrom\s+)?'(\.[^']+\.ts)'/gm
  return [...source.matchAll(statements)].map(([, path = '']) => normalize(join(dirname(file), path)))
}

/** What is wrong with a file's imports and, in the core, with its words. */
export function violations(file: string, source: string): readonly string[] {
  const layer = layerOf(file)
  const imports = [...source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, path = '']) =>
    normalize(join(dirname(file), path)),
  )
  const wrong = imports
    .filter((target) => ![layer, 'plain-text', ...below[layer]].includes(layerOf(target)))
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
  const wrong = [
    ...files.flatMap((file) => violations(file, read(file))),
    ...stories.flatMap((story) => emulatorLoadedBy(story, read)),
  ]
  for (const line of wrong) console.error(line)
  process.exit(wrong.length > 0 ? 1 : 0)
}
