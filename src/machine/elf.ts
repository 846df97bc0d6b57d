// For which machines a program was built, by the header of its file. It is read closely, because what the kernel does not take
// for a program is handed to the shell by those who start it, and a shell would run whatever the bytes happen to say.

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

/** `undefined` where the file is no ELF program, or one whose header promises more than the file holds. */
export async function readProgramArchitecture(path: string): Promise<string | undefined> {
  await using file = await open(path, 'r')
  const header = Buffer.alloc(64)
  const { bytesRead } = await file.read(header, 0, header.length, 0)
  if (bytesRead < header.length || header.toString('latin1', 0, 4) !== '\x7fELF') return undefined
  const number = header[5] === 1 ? littleEndian(header) : bigEndian(header)
  const { size } = await file.stat()
  if (!isExecutable(number) || !isWhole(header, number, size)) return undefined
  return machines.get(number(18)) ?? `machine ${number(18)}`
}

type Reader = (offset: number, bytes?: 2 | 8) => number

function littleEndian(header: Buffer): Reader {
  return (offset, bytes = 2) =>
    bytes === 2 ? header.readUInt16LE(offset) : Number(header.readBigUInt64LE(offset))
}

function bigEndian(header: Buffer): Reader {
  return (offset, bytes = 2) =>
    bytes === 2 ? header.readUInt16BE(offset) : Number(header.readBigUInt64BE(offset))
}

/** With a fixed place in memory, or without. */
function isExecutable(number: Reader): boolean {
  return number(16) === 2 || number(16) === 3
}

/** The table of what to load lies inside the file. Programs of 32 bits are laid out otherwise, and are none that etcd has. */
function isWhole(header: Buffer, number: Reader, size: number): boolean {
  if (header[4] !== 2) return true
  const [start, entry, entries] = [number(32, 8), number(54), number(56)]
  return entry === 56 && entries > 0 && start >= 64 && start + entry * entries <= size
}
