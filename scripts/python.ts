// Python for charms that are packed here: this machine's, for the emulator's machines, and that of a base.

import { existsSync } from 'node:fs'

export const arch = process.arch === 'arm64' ? 'arm64' : 'amd64'

/** The emulator's machines see /usr, and not what a version manager put elsewhere. */
export const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'

/** The Python that each base brings. */
const pythons: Readonly<Record<string, string>> = {
  'ubuntu@22.04': '3.10',
  'ubuntu@24.04': '3.12',
  'ubuntu@26.04': '3.14',
}

export function pythonOf(base: string): string {
  const version = pythons[base]
  if (!version) throw new Error(`no Python is known for ${base}`)
  return version
}

/** How pip is asked for the wheels of another Python than this one: glibc's newest tags first, as it wants them. */
export function wheelsFor(version: string, into: string): readonly string[] {
  const machine = arch === 'arm64' ? 'aarch64' : 'x86_64'
  const platforms = ['manylinux_2_34', 'manylinux_2_28', 'manylinux_2_17', 'manylinux2014']
  const tags = platforms.flatMap((platform) => ['--platform', `${platform}_${machine}`])
  return ['--target', into, '--python-version', version, '--only-binary=:all:', ...tags]
}
