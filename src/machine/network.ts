// Addresses as they stand in URLs.

import { isIPv6 } from 'node:net'

/** `10.0.0.1:2379`, `[fd00::1]:2379`. */
export function hostPort(address: string, port: number): string {
  return `${isIPv6(address) ? `[${address}]` : address}:${port}`
}

export function url(scheme: 'http' | 'https', address: string, port: number): string {
  return `${scheme}://${hostPort(address, port)}`
}
