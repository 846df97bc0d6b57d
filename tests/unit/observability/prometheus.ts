// Debian's Prometheus for tests of what it will be told. Where none is to be had, they are skipped and say so.

import { execFileSync } from 'node:child_process'

function find(): string | undefined {
  try {
    return execFileSync('scripts/provide-prometheus', { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}

/** The folder with prometheus and promtool. */
export const prometheus = find()
export const skip =
  prometheus === undefined && 'SKIPPED: no Prometheus is to be had (scripts/provide-prometheus says why)'

/** @returns what it says, on both of its outputs, and whether it ended well */
export function promtool(...args: readonly string[]): { readonly ok: boolean; readonly said: string } {
  try {
    const said = execFileSync(`${prometheus}/promtool`, args, { encoding: 'utf8', stdio: 'pipe' })
    return { ok: true, said }
  } catch (error) {
    if (!(error instanceof Error && 'stdout' in error && 'stderr' in error)) throw error
    return { ok: false, said: `${error.stdout}${error.stderr}` }
  }
}
