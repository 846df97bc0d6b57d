// The tools about the machine: ports, network, storage, resources, reboot (facts/juju.md §2.7, §2.8, §2.12, §2.13).

import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isIPv6 } from '../host/network.ts'
import { boundAddress, boundInterface } from './bindings.ts'
import type { AddedAddress } from './added-address.ts'
import {
  type Answer,
  type HookContext,
  json,
  nothing,
  parseFlags,
  relationOf,
  type Tool,
  ToolFailure,
} from './hook-context.ts'

const portSpec = /^(?:(\d+)(?:-(\d+))?(?:\/(tcp|udp))?|icmp)$/

function readPort(word: string | undefined): string {
  if (word === undefined) throw new ToolFailure('no port or range specified', 2)
  const protocol = word.split('/')[1]
  if (protocol !== undefined && protocol !== 'tcp' && protocol !== 'udp')
    throw new ToolFailure(`invalid protocol "${protocol}", expected "tcp", "udp", or "icmp"`, 2)
  const [, first, last = first] = portSpec.exec(word) ?? []
  if (word === 'icmp') return word
  if (first === undefined) throw new ToolFailure(`invalid port "${word.split('/')[0]}": not a number`, 2)
  if (Number(first) > 65535 || Number(last) > 65535)
    throw new ToolFailure(`port range bounds must be between 0 and 65535, got ${first}-${last}`, 2)
  if (Number(first) > Number(last))
    throw new ToolFailure(`invalid port range ${first}-${last}/${protocol ?? 'tcp'}`, 2)
  return protocol === undefined ? `${word}/tcp` : word
}

export const openPort: Tool = ({ context, args }) => {
  const port = readPort(parseFlags(args, { '--endpoints': 'value' }).words[0])
  context.ports.set(port, true)
  context.flush.push(() => context.unit.ports.add(port))
  return nothing
}

export const closePort: Tool = ({ context, args }) => {
  const port = readPort(parseFlags(args, { '--endpoints': 'value' }).words[0])
  context.ports.set(port, false)
  context.flush.push(() => context.unit.ports.delete(port))
  return nothing
}

/** With what this hook has opened and closed so far. */
export const openedPorts: Tool = ({ context, args }) => {
  const { flags } = parseFlags(args, { '--endpoints': 'flag' })
  const open = new Set(context.unit.ports)
  for (const [port, opened] of context.ports) opened ? open.add(port) : open.delete(port)
  return json([...open].sort().map((port) => (flags.has('--endpoints') ? `${port} (*)` : port)))
}

export const networkGet: Tool = ({ context, args }) => {
  const spec = {
    '-r': 'value',
    '--bind-address': 'flag',
    '--ingress-address': 'flag',
    '--egress-subnets': 'flag',
    '--primary-address': 'flag',
  } as const
  const parsed = parseFlags(args, spec)
  const { flags, words } = parsed
  const [binding] = words
  if (flags.has('-r') && relationOf(context, parsed).gone)
    throw new ToolFailure('permission denied (unauthorized access)')
  if (binding === undefined) throw new ToolFailure('no arguments specified', 2)
  const known = context.unit.app.charm.endpoints.some((endpoint) => endpoint.name === binding)
  if (!known && binding !== 'juju-info') throw unknownBinding(context, binding)
  const { device, addresses } = boundInterface(context.unit, binding)
  const more = context.unit.moreAddresses
  const [first, last] = [more.filter((row) => row.first), more.filter((row) => !row.first)]
  const ingress = [...first.map((row) => row.address), ...addresses]
  const [address = ''] = ingress
  const egress = `${address}/${isIPv6(address) ? 128 : 32}`
  const asked: Record<string, unknown> = {
    'bind-address': address,
    'egress-subnets': [egress],
    'ingress-address': address,
  }
  const chosen = Object.keys(asked).filter(
    (key) => flags.has(`--${key}`) || (key === 'bind-address' && flags.has('--primary-address')),
  )
  if (chosen.length === 1) return json(asked[chosen[0] ?? ''])
  if (chosen.length > 1) return json(Object.fromEntries(chosen.map((key) => [key, asked[key]])))
  return json({
    'bind-addresses': [
      ...first.map(addedRow),
      { 'mac-address': '', 'interface-name': device, addresses: addresses.map(addressRow) },
      ...last.map(addedRow),
    ],
    'egress-subnets': [egress],
    'ingress-addresses': ingress,
  })
}

function addedRow({ address, cidr, device }: AddedAddress): unknown {
  const addresses = [{ hostname: '', value: address, cidr }]
  return { 'mac-address': '', 'interface-name': device, addresses }
}

function addressRow(value: string): unknown {
  const cidr = isIPv6(value) ? value.replace(/::.*$/, '::/64') : value.replace(/\d+$/, '0/24')
  return { hostname: '', value, cidr }
}

function unknownBinding({ tables }: HookContext, binding: string): ToolFailure {
  return new ToolFailure(
    tables.profile === '3.6'
      ? `undefined for unit charm: endpoint "${binding}" not valid`
      : `no network config found for binding "${binding}"`,
  )
}

export const unitGet: Tool = ({ context, args }) => {
  const [key = ''] = parseFlags(args, {}).words
  if (key !== 'private-address' && key !== 'public-address') throw new ToolFailure(`unknown setting "${key}"`)
  return json(boundAddress(context.unit, ''))
}

export const storageList: Tool = ({ context, args }) => {
  const [name] = parseFlags(args, {}).words
  const attached = [...context.unit.storage].filter(([, there]) => there).map(([id]) => id)
  return json(attached.filter((id) => name === undefined || id.startsWith(`${name}/`)).sort())
}

export const storageGet: Tool = ({ context, args }) => {
  const { flags, words } = parseFlags(args, { '-s': 'value' })
  const id = flags.get('-s') ?? context.hook.env.JUJU_STORAGE_ID
  if (id === undefined) throw new ToolFailure('no storage instance specified', 2)
  if (!/^[a-z][a-z0-9-]*\/\d+$/.test(id)) throw new ToolFailure(`invalid storage ID "${id}"`, 2)
  const declared = context.unit.app.charm.storage.find((row) => id.startsWith(`${row.name}/`))
  if (!declared || !context.unit.storage.has(id)) throw new ToolFailure(`storage "${id}" not found`)
  const found: Record<string, string> = { kind: 'filesystem', location: declared.location }
  const [key] = words
  if (key !== undefined && found[key] === undefined)
    throw new ToolFailure(`invalid storage attribute "${key}"`, 2)
  return json(key === undefined ? found : found[key])
}

export const storageAdd: Tool = ({ args }) => {
  const [directive] = parseFlags(args, {}).words
  if (directive === undefined) throw new ToolFailure('storage add requires a storage directive')
  throw new ToolFailure(`storage "${directive.split('=')[0]}" not found`)
}

/** The path, without a newline; a resource that was never attached is an empty placeholder. */
export const resourceGet: Tool = async ({ context, args }): Promise<Answer> => {
  const { app, host, name: unitName } = context.unit
  const [name] = parseFlags(args, {}).words
  if (name === undefined) throw new ToolFailure('missing required resource name', 2)
  const file = app.charm.resources.get(name)
  if (file === undefined) throw new ToolFailure(`could not download resource: resource "${name}" not found`)
  const path = `/var/lib/juju/agents/unit-${unitName.replace('/', '-')}/resources/${file}`
  const [attached, outside] = [app.resources.get(name), host.outside(path)]
  await mkdir(dirname(outside), { recursive: true })
  await (attached === undefined ? writeFile(outside, '') : copyFile(attached, outside))
  return { ...nothing, out: path }
}

export const jujuReboot: Tool = ({ context }) => {
  if (context.hook.action) throw new ToolFailure('juju-reboot is not supported when running an action.')
  throw new ToolFailure('juju-reboot: the emulator reboots machines only when a test says so')
}

export const credentialGet: Tool = () => {
  throw new ToolFailure('cannot access cloud credentials: permission denied')
}
