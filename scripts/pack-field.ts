// Packs charms of the field from their sources, in the folder of FIELD_CHARMS: for the emulator, or with a base (`ubuntu@24.04`) for a
// real machine. What can't be packed is told, and the others are.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { clients, type FieldCharm, issuer } from '../tests/field/charms.ts'
import { slug } from '../tests/field/archives.ts'
import { printManifest, zip } from './archive.ts'
import { findSource, placeLibraries, stageSource } from './field-sources.ts'
import { arch, python, pythonOf, wheelsFor } from './python.ts'

const folder = process.env.FIELD_CHARMS ?? ''
const base = process.argv[2]

interface Needs {
  readonly packages: readonly string[]
  readonly bounds: readonly string[]
  /** The packages are all that are needed. */
  readonly alone: boolean
}

function readNeeds(source: string, { without = [], bounds = [] }: FieldCharm): Needs {
  const said = execFileSync(python, ['tests/field/requirements.py', source], { encoding: 'utf8' })
  const [first = '', second = ''] = said.split('# bounds\n')
  const lines = (text: string): readonly string[] =>
    text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#') && !leftOut(line))
  const leftOut = (line: string): boolean => without.some((name) => new RegExp(`^${name}\\b`).test(line))
  return { packages: lines(first), bounds: [...lines(second), ...bounds], alone: first.startsWith('# alone') }
}

/** A venv for these packages, made once. Sources of a library that the charm is tested with become a wheel first. */
function makeVenv({ packages, bounds, alone }: Needs, more: readonly string[] = [], tag = ''): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([python, packages, bounds, alone, tag]))
    .digest('hex')
  const venv = resolve(`.cache/emulator/field-${digest.slice(0, 16)}`)
  if (existsSync(`${venv}/complete`)) return venv
  rmSync(venv, { recursive: true, force: true })
  execFileSync(python, ['-m', 'venv', venv], { stdio: 'pipe' })
  const pip = (...args: readonly string[]): unknown =>
    execFileSync(`${venv}/bin/pip`, args, {
      stdio: 'pipe',
      env: { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1' },
    })
  mkdirSync(`${venv}/wheels`)
  for (const path of packages.filter((line) => line.startsWith('/')))
    pip('wheel', '-q', '--no-deps', '-w', `${venv}/wheels`, path)
  const wheels = readdirSync(`${venv}/wheels`).map((name) => `${venv}/wheels/${name}`)
  writeFileSync(
    `${venv}/packages.txt`,
    [...packages.filter((line) => !line.startsWith('/')), ...wheels].join('\n'),
  )
  writeFileSync(`${venv}/bounds.txt`, bounds.join('\n'))
  const list = ['-r', `${venv}/packages.txt`, '-c', `${venv}/bounds.txt`]
  pip('install', '-q', ...(alone ? ['--no-deps'] : []), ...list, ...more)
  writeFileSync(`${venv}/complete`, '')
  return venv
}

function dispatch(lines: readonly string[]): string {
  return [
    '#!/bin/sh',
    'cd "$JUJU_CHARM_DIR" || exit',
    ...lines,
    'PYTHONPATH=lib:src exec venv/bin/python ./src/charm.py',
    '',
  ].join('\n')
}

function stageForEmulator(stage: string, needs: Needs): void {
  const venv = makeVenv(needs)
  writeFileSync(`${stage}/dispatch`, dispatch([`[ -e venv ] || ln -s ${venv} venv`]), { mode: 0o755 })
}

/** As charmcraft lays it out: a venv whose Python is the machine's. */
function stageForMachine(stage: string, needs: Needs, on: string): void {
  const version = pythonOf(on)
  const packages = resolve(`${stage}/venv/lib/python${version}/site-packages`)
  mkdirSync(packages, { recursive: true })
  rmSync(makeVenv(needs, wheelsFor(version, packages), stage), { recursive: true })
  writeFileSync(`${stage}/venv/pyvenv.cfg`, `home = /usr/bin\nversion = ${version}\n`)
  const link = '[ -e venv/bin/python ] || { mkdir -p venv/bin && ln -s /usr/bin/python3 venv/bin/python; }'
  writeFileSync(`${stage}/dispatch`, dispatch([link]), { mode: 0o755 })
}

/** Programs go in for a real machine, and are linked to for the emulator's, which see the same file. */
function placePrograms(stage: string, { programs = {} }: FieldCharm): void {
  for (const [path, name] of Object.entries(programs)) {
    mkdirSync(dirname(join(stage, path)), { recursive: true })
    copyFileSync(name.includes('/') ? name : join(process.env.ETCD_BIN_DIR ?? '', name), join(stage, path))
  }
}

async function pack(row: FieldCharm): Promise<string> {
  const source = findSource(folder, row)
  if (source === undefined) return 'left out: the folder has no sources of it'
  const stage = join('build/field', slug(row))
  rmSync(stage, { recursive: true, force: true })
  stageSource(source, stage)
  placeLibraries(folder, stage)
  writeFileSync(join(stage, 'manifest.yaml'), printManifest(arch))
  placePrograms(stage, row)
  const needs = readNeeds(source, row)
  if (base === undefined) stageForEmulator(stage, needs)
  else stageForMachine(stage, needs, base)
  await zip(stage, `${stage}.charm`, 1, (name) => (statSync(join(stage, name)).mode & 0o100) !== 0)
  return `packed from ${source}`
}

if (!existsSync(folder)) {
  console.error('say where the sources are: FIELD_CHARMS=folder make field')
  process.exit(1)
}
rmSync('build/field', { recursive: true, force: true })
for (const row of [issuer, ...clients]) {
  const told = await pack(row).catch((error: unknown) => {
    const lines = String(error instanceof Error ? error.message : error).split('\n')
    return `NOT PACKED: ${lines.find((line) => /^ERROR|^error/.test(line)) ?? lines[0]}`
  })
  console.log(`${row.title}: ${told}`)
}
