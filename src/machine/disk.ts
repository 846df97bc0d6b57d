// What files and folders do to whoever reads and writes them: nothing that another try mends, and no mistake of the charm's. So it is told
// with its place and what to do about it, and fails no hook.

/** By Node's codes (errno(3)). */
const troubles: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOSPC: ['is full', 'make room there'],
  EDQUOT: ['is full by its quota', 'make room there, or raise the quota'],
  EROFS: ['takes no writes', 'look for the reason in dmesg, and mount it for writing again'],
  EIO: ['fails', 'look for the reason in dmesg, and replace it'],
}

export class DiskFailed extends Error {
  override readonly name = 'DiskFailed'
  /** Without the remedy. */
  readonly trouble: string
  /** Node's. */
  readonly code: string | undefined
  constructor(trouble: string, remedy: string, { code, cause }: { code?: string; cause?: unknown } = {}) {
    super(`${trouble}; ${remedy}`, { cause })
    this.trouble = trouble
    this.code = code
  }
}

/** @throws {DiskFailed} for what the disk or what lies at that path is to blame for; all else as it is */
export async function onDisk<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof DiskFailed ? error : (blameDisk(error, path) ?? error)
  }
}

/** What a failed look at a file, or a failed write, is told as; `undefined` for every other error. */
export function diskFailureOf(error: unknown): DiskFailed | undefined {
  if (error instanceof DiskFailed) return error
  const isOfFile = error instanceof Error && 'path' in error && typeof error.path === 'string'
  if (!isOfFile || ('syscall' in error && String(error.syscall).startsWith('spawn'))) return undefined
  return blameDisk(error, String(error.path))
}

function blameDisk(error: unknown, path: string): DiskFailed | undefined {
  if (!(error instanceof Error && 'code' in error)) return undefined
  const code = String(error.code)
  const [what, remedy] = troubles[code] ?? []
  const details = { code, cause: error }
  // What is wrong comes before a path, whose end a short status cuts.
  if (what && remedy) return new DiskFailed(`the disk ${what} (${code}): ${path}`, remedy, details)
  // Node's own errors are named otherwise, as ERR_INVALID_ARG_TYPE.
  if (!/^E[A-Z0-9]+$/.test(code)) return undefined
  return new DiskFailed(`${path} can't be used: ${error.message}`, 'put that right on the machine', details)
}
