// For which machines a program was built, by the header of its file.

import { open } from 'node:fs/promises'

/** Numbers of the ELF header, under the names that Node gives to architectures. */
const machines: ReadonlyMap<number, string> = new Map([
  [0x03, 'ia32'],
  [0x15, 'ppc64'],
  [0x16, 's390x'],
  [0x28, 'arm'],
  [0x3e, 'x64'],
  [0xb7, 'arm64'],
  [0xf3, 'riscv64'],
])

/** `undefined` where the file is no ELF program. */
export async function readProgramArchitecture(path: string): Promise<string | undefined> {
  await using file = await open(path, 'r')
  const header = Buffer.alloc(20)
  const { bytesRead } = await file.read(header, 0, header.length, 0)
  if (bytesRead < header.length || header.toString('latin1', 0, 4) !== '\x7fELF') return undefined
  const littleEndian = header[5] === 1
  const machine = littleEndian ? header.readUInt16LE(18) : header.readUInt16BE(18)
  return machines.get(machine) ?? `machine ${machine}`
}
