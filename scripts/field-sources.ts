// The sources of the field's charms, in a folder that the user names: which folder a charm is in, what charmcraft would make of its
// YAML files, and the charm libraries that its own folder lacks.

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parse, stringify } from 'yaml'
import * as z from 'zod/mini'
import type { FieldCharm } from '../tests/field/charms.ts'

const record = z.record(z.string(), z.unknown())
const passedOver: ReadonlySet<string> = new Set([
  ...[
    '.git',
    '.github',
    '.tox',
    'node_modules',
    'venv',
    '.venv',
    'docs',
    'terraform',
    'library',
    '__pycache__',
  ],
])
const deepest = 8

function readYaml(path: string): Record<string, unknown> {
  return existsSync(path) ? record.parse(parse(readFileSync(path, 'utf8')) ?? {}) : {}
}

/** Every folder below it that has a charm's metadata. */
function* foldersIn(folder: string, depth = 0): Generator<string> {
  if (existsSync(join(folder, 'metadata.yaml')) || existsSync(join(folder, 'charmcraft.yaml'))) yield folder
  if (depth > deepest) return
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory() && !passedOver.has(entry.name))
      yield* foldersIn(join(folder, entry.name), depth + 1)
}

/** Where the charm's sources are; `undefined` where the user has none. */
export function findSource(folder: string, { charm, within }: FieldCharm): string | undefined {
  for (const found of foldersIn(folder)) {
    const name = readYaml(join(found, 'metadata.yaml')).name ?? readYaml(join(found, 'charmcraft.yaml')).name
    if (name === charm && (within === undefined || relative(folder, found).includes(within))) return found
  }
  return undefined
}

const ofMetadata = [
  ...['name', 'display-name', 'summary', 'description', 'subordinate', 'assumes', 'extra-bindings'],
  ...['peers', 'provides', 'requires', 'storage', 'resources'],
]

/** The archive's files but for Python's packages: the code as it is, and the YAML files as charmcraft writes them. */
export function stageSource(source: string, stage: string): void {
  mkdirSync(stage, { recursive: true })
  for (const entry of readdirSync(source))
    if (!passedOver.has(entry) && entry !== 'tests')
      // Node's own copy leaves links within a folder as they are.
      execFileSync('cp', ['-RL', join(source, entry), join(stage, entry)])
  const whole = readYaml(join(source, 'charmcraft.yaml'))
  const write = (name: string, content: object): void => {
    if (!existsSync(join(source, name))) writeFileSync(join(stage, name), stringify(content))
  }
  write(
    'metadata.yaml',
    Object.fromEntries(ofMetadata.flatMap((key) => (key in whole ? [[key, whole[key]]] : []))),
  )
  write('config.yaml', { options: {}, ...record.parse(whole.config ?? {}) })
  write('actions.yaml', record.parse(whole.actions ?? {}))
}

const imported = /^\s*(?:from|import) charms\.([a-z0-9_]+)\.(v\d+)\.([a-z0-9_]+)/gm

/** What charmcraft would fetch: another source in the folder has it. */
export function placeLibraries(folder: string, stage: string): void {
  const all = globSync('**/lib/charms/*/v*/*.py', {
    cwd: folder,
    exclude: (name) => /(^|\/)(\.git|venv)$/.test(name),
  })
  const wanted = [
    ...globSync('src/**/*.py', { cwd: stage }),
    ...globSync('lib/charms/*/v*/*.py', { cwd: stage }),
  ]
  const missing: string[] = []
  for (let path = wanted.shift(); path !== undefined; path = wanted.shift()) {
    for (const [, author, version, name] of readFileSync(join(stage, path), 'utf8').matchAll(imported)) {
      const library = `lib/charms/${author}/${version}/${name}.py`
      if (existsSync(join(stage, library))) continue
      const from = all.find((row) => row.endsWith(`/${library}`))
      // What a library says about its own use, in its text, is no import.
      if (from === undefined) {
        if (path.startsWith('src/')) missing.push(library)
        continue
      }
      mkdirSync(dirname(join(stage, library)), { recursive: true })
      cpSync(join(folder, from), join(stage, library), { dereference: true })
      wanted.push(library)
    }
  }
  if (missing.length > 0) throw new Error(`no source in the folder has ${missing.join(', ')}`)
}
