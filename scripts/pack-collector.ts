// Packs the collector of tests/requirers for the emulator, whose machines see this machine's /usr: a venv by hashes outside of the archive.
// Where its packages can't be had, it says so loudly and leaves no archive: the stories about it then report themselves as skipped.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { printManifest, zip } from './archive.ts'
import { arch, python } from './python.ts'

const source = 'tests/requirers/collector'
const requirements = ['tests/requirers/python/requirements.txt', `${source}/requirements.txt`]
/** Of a package whose other needs are no business of ours. */
const alone = 'tests/requirers/python/requirements-v0.txt'
/** Where that package keeps the field's library, below the packages. */
const library = 'single_kernel_mongo/lib'

function makeVenv(): string {
  const digest = [...requirements, alone]
    .reduce((hash, file) => hash.update(readFileSync(file)), createHash('sha256'))
    .digest('hex')
  const venv = resolve(`.cache/emulator/collector-${digest.slice(0, 16)}`)
  if (existsSync(`${venv}/complete`)) return venv
  rmSync(venv, { recursive: true, force: true })
  execFileSync(python, ['-m', 'venv', venv], { stdio: 'pipe' })
  const pip = (...args: readonly string[]): unknown =>
    execFileSync(`${venv}/bin/pip`, ['install', '-q', '--require-hashes', ...args], { stdio: 'pipe' })
  pip(...requirements.flatMap((file) => ['-r', file]))
  pip('--no-deps', '-r', alone)
  writeFileSync(`${venv}/complete`, '')
  return venv
}

const stage = 'build/collector'
rmSync(`${stage}.charm`, { force: true })
try {
  const venv = makeVenv()
  rmSync(stage, { recursive: true, force: true })
  mkdirSync(`${stage}/src`, { recursive: true })
  for (const file of ['metadata.yaml', 'src/charm.py']) copyFileSync(join(source, file), join(stage, file))
  const path = `PYTHONPATH="$(echo ${venv}/lib/python3.*/site-packages)/${library}"`
  const run = `${path} exec ${venv}/bin/python -W ignore "\${JUJU_CHARM_DIR:-.}/src/charm.py"`
  writeFileSync(join(stage, 'dispatch'), `#!/bin/sh\n${run}\n`, { mode: 0o755 })
  writeFileSync(join(stage, 'manifest.yaml'), printManifest(arch))
  await zip(stage, `${stage}.charm`)
} catch (error) {
  const said =
    error instanceof Error ? error.message.split('\n').filter((line) => line.trim()) : [String(error)]
  const reason = said.find((line) => line.startsWith('ERROR')) ?? said[0]
  console.error(`\n!!! SKIPPED: stories with the collector, because its packages can't be had: ${reason}\n`)
}
