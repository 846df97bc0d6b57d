// A size as people read it, in the steps of 1024 that etcd and disks are counted by.

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `24.1 MiB`; of bytes below a thousand no part is told. */
export function printBytes(bytes: bigint | number): string {
  let left = Number(bytes)
  let unit = 0
  while (left >= 1000 && unit < units.length - 1) {
    left /= 1024
    unit += 1
  }
  return `${unit === 0 ? left : left.toFixed(1)} ${units[unit] ?? ''}`
}
