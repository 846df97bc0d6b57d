// IP addresses as bytes and in one spelling: Node prints an IPv6 address of a certificate in another than networks do.

import { isIPv4, isIPv6, SocketAddress } from 'node:net'

/** The 4 or 16 bytes of an address. */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = inGroups(canonicalAddress(address)).split('::')
  const groups = (part: string): readonly string[] => (part === '' ? [] : part.split(':'))
  const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length
  const all = [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail ?? '')]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

/** Node prints the last four bytes of some IPv6 addresses as one of IPv4, as in `::ffff:10.0.0.1`. */
function inGroups(address: string): string {
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...found: readonly unknown[]) => {
    const hex = Buffer.from(found.slice(0, 4).map(Number)).toString('hex')
    return `${hex.slice(0, 4)}:${hex.slice(4)}`
  })
}

/** No other address and no host name has a colon; and Node's own check takes milliseconds to make ready, in every hook. */
export function looksLikeIPv6(address: string): boolean {
  return address.includes(':') && isIPv6(address)
}

/** The usual short spelling: lower case, the longest run of zeros left out. */
export function canonicalAddress(address: string): string {
  return isIPv4(address) ? address : new SocketAddress({ address, family: 'ipv6' }).address
}

/** Of names that are known to be either: no host name is of digits and dots alone. */
export function isAddress(name: string): boolean {
  return /^[0-9.]+$|:/.test(name)
}

/** A name or an address as a certificate that was read spells it. */
export function spellName(name: string): string {
  return looksLikeIPv6(name) ? canonicalAddress(name) : name
}
