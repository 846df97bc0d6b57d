// Packs the Python requirer of tests/requirers, and the issuer of certificates beside it. Without an argument for the emulator, whose machines see this machine's /usr: a
// venv by hashes outside of the archive. With a base (`ubuntu@24.04`) for a real machine: its packages and etcdctl inside. Where
// they can't be had, it says so loudly and leaves no archive: the stories about it then report themselves as skipped.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { printManifest, zip } from './archive.ts'
import { arch, python, pythonOf, wheelsFor } from './python.ts'

const source = 'tests/requirers/python'
const requirements = `${source}/requirements.txt`
/** Of a package whose other needs are no business of ours. */
const alone = `${source}/requirements-v0.txt`
const digest = [requirements, alone]
  .reduce((hash, file) => hash.update(readFileSync(file)), createHash('sha256'))
  .digest('hex')
  .slice(0, 16)
/** Where that package keeps the field's library v0, below the packages. */
const v0 = 'single_kernel_mongo/lib'

function makeVenv(): string {
  const venv = resolve(`.cache/emulator/python-${digest}`)
  if (existsSync(`${venv}/complete`)) return venv
  rmSync(venv, { recursive: true, force: true })
  execFileSync(python, ['-m', 'venv', venv], { stdio: 'pipe' })
  pip('--require-hashes', '-r', requirements)
  pip('--require-hashes', '--no-deps', '-r', alone)
  writeFileSync(`${venv}/complete`, '')
  return venv
}

function pip(...args: readonly string[]): void {
  const venv = resolve(`.cache/emulator/python-${digest}`)
  execFileSync(`${venv}/bin/pip`, ['install', '-q', ...args], { stdio: 'pipe' })
}

/** requirements.txt has the hashes for Python 3.11 to 3.13. */
function placePackages(version: string, into: string): void {
  pip('--require-hashes', '-r', requirements, ...wheelsFor(version, into), '--no-compile')
  const whole = `${into}.v0`
  pip('--require-hashes', '--no-deps', '-r', alone, '--target', whole, '--no-compile')
  cpSync(`${whole}/${v0}`, `${into}/${v0}`, { recursive: true })
  rmSync(whole, { recursive: true })
}

interface Sources {
  readonly folder: string
  readonly code: readonly string[]
}

const requirer: Sources = {
  folder: source,
  code: ['charm', 'certificate', 'library_v0', 'library_v1'],
}
const issuer: Sources = { folder: 'tests/requirers/issuer', code: ['charm'] }

function stageCharm(stage: string, dispatch: string, { folder, code }: Sources): void {
  rmSync(stage, { recursive: true, force: true })
  mkdirSync(`${stage}/src`, { recursive: true })
  for (const file of [
    'metadata.yaml',
    'config.yaml',
    'actions.yaml',
    ...code.map((name) => `src/${name}.py`),
  ])
    copyFileSync(join(folder, file), join(stage, file))
  writeFileSync(join(stage, 'dispatch'), `#!/bin/sh\n${dispatch}\n`, { mode: 0o755 })
  writeFileSync(join(stage, 'manifest.yaml'), printManifest(arch))
}

function stageForEmulator(stage: string, of: Sources): void {
  const venv = makeVenv()
  const here = `PYTHONPATH="$(echo ${venv}/lib/python3.*/site-packages)/${v0}"`
  stageCharm(stage, `${here} exec ${venv}/bin/python -W ignore "\${JUJU_CHARM_DIR:-.}/src/charm.py"`, of)
}

function stageForMachine(stage: string, base: string, of: Sources): void {
  const version = pythonOf(base)
  makeVenv()
  const here = `export PYTHONPATH="$PWD/lib:$PWD/lib/${v0}" PATH="$PWD/bin:$PATH" PYTHONDONTWRITEBYTECODE=1`
  stageCharm(stage, `cd "\${JUJU_CHARM_DIR:-.}" || exit\n${here}\nexec python3 -W ignore src/charm.py`, of)
  placePackages(version, `${stage}/lib`)
  mkdirSync(`${stage}/bin`)
  copyFileSync(join(process.env.ETCD_BIN_DIR ?? '', 'etcdctl'), `${stage}/bin/etcdctl`)
  chmodSync(`${stage}/bin/etcdctl`, 0o755)
}

const base = process.argv[2]
const suffix = base ? `-${base.replace('@', '-')}` : ''
const charms = [
  ['build/py-requirer', requirer],
  ['build/py-issuer', issuer],
] as const
for (const [name] of charms) rmSync(`${name}${suffix}.charm`, { force: true })
try {
  for (const [name, of] of charms) {
    const stage = `${name}${suffix}`
    if (base) stageForMachine(stage, base, of)
    else stageForEmulator(stage, of)
    await zip(stage, `${stage}.charm`)
  }
} catch (error) {
  const said =
    error instanceof Error ? error.message.split('\n').filter((line) => line.trim()) : [String(error)]
  const reason = said.find((line) => line.startsWith('ERROR')) ?? said[0]
  console.error(
    `\n!!! SKIPPED: stories with the Python requirer or issuer, because its packages can't be had: ${reason}\n`,
  )
}
