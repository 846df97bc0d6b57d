// Packs the Python requirer of tests/requirers, whose interpreter is a venv by hashes: build/py-requirer.charm. Where Python or
// its packages can't be had, it says so loudly and leaves no archive: the stories about it then report themselves as skipped.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { printManifest, zip } from './archive.ts'

const source = 'tests/requirers/python'
const stage = 'build/py-requirer'
const requirements = `${source}/requirements.txt`
const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16)
const venv = resolve(`.cache/emulator/python-${digest}`)

function makeVenv(): void {
  if (existsSync(`${venv}/complete`)) return
  rmSync(venv, { recursive: true, force: true })
  // The emulator's machines see /usr, and not what a version manager put elsewhere.
  const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'
  execFileSync(python, ['-m', 'venv', venv], { stdio: 'pipe' })
  execFileSync(`${venv}/bin/pip`, ['install', '-q', '--require-hashes', '-r', requirements], {
    stdio: 'pipe',
  })
  writeFileSync(`${venv}/complete`, '')
}

async function pack(): Promise<void> {
  rmSync(stage, { recursive: true, force: true })
  mkdirSync(`${stage}/src`, { recursive: true })
  for (const file of ['metadata.yaml', 'config.yaml', 'actions.yaml', 'src/charm.py'])
    copyFileSync(join(source, file), join(stage, file))
  const dispatch = `#!/bin/sh\nexec ${venv}/bin/python -W ignore "\${JUJU_CHARM_DIR:-.}/src/charm.py"\n`
  writeFileSync(join(stage, 'dispatch'), dispatch, { mode: 0o755 })
  writeFileSync(join(stage, 'manifest.yaml'), printManifest(process.arch === 'arm64' ? 'arm64' : 'amd64'))
  await zip(stage, `${stage}.charm`)
}

rmSync(`${stage}.charm`, { force: true })
try {
  makeVenv()
  await pack()
} catch (error) {
  const reason =
    error instanceof Error ? (error.message.split('\n').find((line) => line.trim()) ?? '') : String(error)
  console.error(
    `\n!!! SKIPPED: stories with the Python requirer, because its packages can't be had: ${reason}\n`,
  )
}
