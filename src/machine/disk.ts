// What a disk does to whoever reads and writes on it: nothing that another try mends, and no mistake of the charm's. So it is told with
// its place and what to do about it, and fails no hook.

/** By Node's codes (errno(3)). */
const troubles: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOSPC: ['is full', 'make room there'],
  EDQUOT: ['is full by its quota', 'make room there, or raise the quota'],
  EROFS: ['takes no writes', 'look for the reason in dmesg, and mount it for writing again'],
  EIO: ['fails', 'look for the reason in dmesg, and replace it'],
}

export class DiskFailed extends Error {
  override readonly name = 'DiskFailed'
  /** Node's. */
  readonly code: string
  /** Without the remedy. */
  readonly trouble: string
  constructor(folder: string, code: string, [what, remedy]: readonly [string, string], cause: unknown) {
    const trouble = `the disk of ${folder} ${what} (${code})`
    super(`${trouble}; ${remedy}`, { cause })
    this.code = code
    this.trouble = trouble
  }
}

/** @throws {DiskFailed} for what the disk of that folder is to blame for; all else as it is */
export async function onDisk<T>(folder: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const trouble = troubles[code]
    if (!trouble || error instanceof DiskFailed) throw error
    throw new DiskFailed(folder, code, trouble, error)
  }
}
