// Packs the Python provider of object stores of tests/providers, for the emulator, whose machines see this machine's /usr: its packages are
// in a venv by hashes, outside of the archive. Where they can't be had, it says so loudly and leaves no archive.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { printManifest, zip } from './archive.ts'
import { arch, python } from './python.ts'

const source = 'tests/providers/python'
const requirements = `${source}/requirements.txt`
const stage = 'build/py-store'

function makeVenv(): string {
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16)
  const venv = resolve(`.cache/emulator/python-store-${digest}`)
  if (existsSync(`${venv}/complete`)) return venv
  rmSync(venv, { recursive: true, force: true })
  execFileSync(python, ['-m', 'venv', venv], { stdio: 'pipe' })
  execFileSync(`${venv}/bin/pip`, ['install', '-q', '--require-hashes', '-r', requirements], {
    stdio: 'pipe',
  })
  writeFileSync(`${venv}/complete`, '')
  return venv
}

rmSync(`${stage}.charm`, { force: true })
rmSync(stage, { recursive: true, force: true })
try {
  const venv = makeVenv()
  mkdirSync(`${stage}/src`, { recursive: true })
  for (const file of ['metadata.yaml', 'config.yaml', 'src/charm.py'])
    copyFileSync(join(source, file), join(stage, file))
  const dispatch = `#!/bin/sh\nexec ${venv}/bin/python -W ignore "\${JUJU_CHARM_DIR:-.}/src/charm.py"\n`
  writeFileSync(join(stage, 'dispatch'), dispatch, { mode: 0o755 })
  writeFileSync(join(stage, 'manifest.yaml'), printManifest(arch))
  await zip(stage, `${stage}.charm`)
} catch (error) {
  const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
  console.error(
    `\n!!! SKIPPED: stories with stores, because the provider's packages can't be had: ${reason}\n`,
  )
}
