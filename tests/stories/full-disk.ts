// A disk of the emulator's machines that has little room left.

import { type Host, insist } from '../emulator/host/host.ts'

/** So many bytes are left on the disk of that folder. @returns gives back what was taken */
export async function fillDisk(host: Host, folder: string, left: number): Promise<() => Promise<void>> {
  const { stdout } = await host.run(['df', '--output=avail', '-B1', folder])
  const free = Number(stdout.split('\n')[1])
  const filler = `${folder}/filler`
  await insist(host.name, host.spawn, ['fallocate', '-l', String(free - left), filler])
  return () => insist(host.name, host.spawn, ['rm', filler])
}
