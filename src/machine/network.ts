// Addresses as they stand in URLs.

/** `10.0.0.1:2379`, `[fd00::1]:2379`: of addresses, only those of IPv6 have a colon. */
export function hostPort(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

export function url(scheme: 'http' | 'https', address: string, port: number): string {
  return `${scheme}://${hostPort(address, port)}`
}
