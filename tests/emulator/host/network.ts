// Networks that hosts are plugged into: a bridge for each space, with addresses of one family or of both. Models may share one.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** `dual` lists its IPv4 address first, as Juju does. */
export type Family = 'ipv4' | 'ipv6' | 'dual'

export interface Interface {
  readonly device: string
  readonly space: string
  /** As they are now. */
  readonly addresses: string[]
}

export interface Network extends AsyncDisposable {
  /** An interface in every space, at addresses that nobody else has. */
  allot(): readonly Interface[]
  /** Gives them to the machine whose first process this is. */
  plugIn(pid: number, interfaces: readonly Interface[]): Promise<void>
}

/** As many as there are addresses for. */
const mostNumbers = 0x7fff

interface Bridge {
  readonly device: string
  readonly space: string
  /** What a machine's number is put behind. */
  readonly prefixes: readonly string[]
}

/** This process must itself run in namespaces that it may administer (scripts/in-namespaces). */
export async function openNetwork(
  spaces: Readonly<Record<string, Family>> = { alpha: 'ipv4' },
): Promise<Network> {
  const bridges: Bridge[] = []
  for (const [space, family] of Object.entries(spaces)) bridges.push(await addBridge(space, family))
  let machines = 0
  return {
    allot() {
      const number = 10 + machines
      machines += 1
      return bridges.map(({ space, prefixes }, nth) => ({
        device: `eth${nth}`,
        space,
        addresses: prefixes.map((prefix) => `${prefix}${number}`),
      }))
    },
    async plugIn(pid, interfaces) {
      for (const [nth, one] of interfaces.entries()) await plug(`veth${pid}-${nth}`, bridges[nth], one, pid)
    },
    async [Symbol.asyncDispose]() {
      for (const { device } of bridges) await run('ip', ['link', 'del', device])
    },
  }
}

async function addBridge(space: string, family: Family): Promise<Bridge> {
  const number = await claimNumber(process.pid * 16)
  const bridge = { device: deviceOf(number), space, prefixes: prefixesOf(number, family) }
  for (const prefix of bridge.prefixes) await run('ip', addAddress(`${prefix}1`, bridge.device))
  await run('ip', ['link', 'set', bridge.device, 'up'])
  return bridge
}

const deviceOf = (number: number): string => `juju${number}`

/**
 * Makes the device of the first number that is free. Test files run side by side, each in a process of its own, and one may make several
 * networks: so what is there already may be another's.
 */
async function claimNumber(wanted: number): Promise<number> {
  const number = wanted & mostNumbers
  try {
    await run('ip', ['link', 'add', deviceOf(number), 'type', 'bridge'])
    return number
  } catch (error) {
    if (!/File exists/.test(String(error))) throw error
    return claimNumber(number + 1)
  }
}

function prefixesOf(number: number, family: Family): readonly string[] {
  const ipv4 = `10.${number >> 8}.${number & 0xff}.`
  const ipv6 = `fd00:${number.toString(16)}::`
  return { ipv4: [ipv4], ipv6: [ipv6], dual: [ipv4, ipv6] }[family]
}

async function plug(cable: string, bridge: Bridge | undefined, one: Interface, pid: number): Promise<void> {
  const { device, addresses } = one
  await run('ip', ['link', 'add', cable, 'type', 'veth', 'peer', 'name', device, 'netns', String(pid)])
  await run('ip', ['link', 'set', cable, 'master', bridge?.device ?? '', 'up'])
  const inside = (args: readonly string[]) => run('nsenter', ['-t', String(pid), '-n', 'ip', ...args])
  for (const address of addresses) await inside(addAddress(address, device))
  await inside(['link', 'set', device, 'up'])
}

/** The address of that family is this one from now on: of the first interface, or of the one in a space. */
export function changeAddress(
  interfaces: readonly Interface[],
  to: string,
  space?: string,
): { readonly device: string; readonly before: string } {
  const found = interfaces.find((row) => space === undefined || row.space === space)
  const nth = found?.addresses.findIndex((address) => isIPv6(address) === isIPv6(to)) ?? -1
  const before = found?.addresses[nth]
  if (!found || before === undefined) throw new Error(`there is no such address as ${to}`)
  found.addresses[nth] = to
  return { device: found.device, before }
}

export function addAddress(address: string, device: string): string[] {
  return ['addr', 'add', subnetOf(address), 'dev', device, ...(isIPv6(address) ? ['nodad'] : [])]
}

/** With the length of its network's prefix. */
export function subnetOf(address: string): string {
  return `${address}/${isIPv6(address) ? 64 : 24}`
}

export function isIPv6(address: string): boolean {
  return address.includes(':')
}
