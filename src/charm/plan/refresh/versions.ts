// Versions of etcd, compared.

interface Version {
  readonly minor: number
  readonly patch: number
}

/** Of 3.x.y, which is all that there is. */
export function readVersion(text: string): Version {
  const [, minor = '', patch = ''] = /^3\.(\d+)\.(\d+)/.exec(text) ?? []
  return { minor: Number(minor), patch: Number(patch) }
}

export function minorOf(text: string): number {
  return readVersion(text).minor
}

export function isMinorUp(from: string, to: string): boolean {
  return minorOf(to) > minorOf(from)
}

/** Below zero where the first is the lower one. */
export function compareVersions(a: string, b: string): number {
  const [one, other] = [readVersion(a), readVersion(b)]
  return one.minor - other.minor || one.patch - other.patch
}

/** As people call a line: 3.5. */
export function lineOf(text: string): string {
  return `3.${minorOf(text)}`
}
