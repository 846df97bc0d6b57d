// `make front`: `make integration` unchanged, where no controller is: its `juju` is one that stands before the emulator, as 3.6 or as 4.0.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openFront } from '../tests/stories/driver/front/open-front.ts'
import { openWorld } from '../tests/stories/world.ts'

const profile = process.env.JUJU_PROFILE === '3.6' ? '3.6' : '4.0'

async function main(): Promise<number> {
  await using front = await openFront(() => openWorld({ profile }))
  // As on a machine that has no emulator.
  const { EMULATOR_CACHE: _, ...env } = process.env
  const child = spawn(process.execPath, ['--disable-warning=DEP0123', 'scripts/integration.ts'], {
    stdio: 'inherit',
    env: {
      // There is nothing to wait for but the emulator.
      DEADLINE: '10',
      QUIET: '0.5',
      EVERY: '0.3',
      ...env,
      JUJU_PROFILE: profile,
      PATH: `${front.folder}:${env.PATH}`,
    },
  })
  const [code] = await once(child, 'exit')
  return typeof code === 'number' ? code : 1
}

process.exitCode = await main()
