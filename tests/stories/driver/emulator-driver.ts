// Stories on the emulator: every one in a model of its own, in seconds, with everything that a controller can't show.

import { existsSync } from 'node:fs'
import { openWorld } from '../world.ts'
import { archivePaths } from './archives.ts'
import type { Driver, Need } from './driver.ts'
import { emulated } from './emulated-model.ts'

const absent: Partial<Record<Need, () => string | undefined>> = {
  'python-requirer': () =>
    existsSync(archivePaths().python)
      ? undefined
      : 'its packages could not be had here; see the output of make',
}

export const emulatorDriver: Driver = {
  name: 'emulator',
  profiles: ['3.6', '4.0'],
  lacks: (need) => absent[need]?.(),
  open: async ({ profile }) => emulated(await openWorld({ profile }), profile),
}
