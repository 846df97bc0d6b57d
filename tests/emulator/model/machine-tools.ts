// The tools about the machine: ports, network, storage, resources, reboot (facts/juju.md §2.7, §2.8, §2.12, §2.13).

import { copyFile, mkdir, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isIPv6 } from '../host/network.ts'
import { atCommit } from './at-commit.ts'
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

export const networkGet: Tool = ({ context, args }) => {
  const spec = {
    '-r': 'value',
    '--bind-address': 'flag',
    '--ingress-address': 'flag',
    '--egress-subnets': 'flag',
    '--primary-address': 'flag',
  } as const
  const parsed = parseFlags(args, spec, 1)
  const { flags, words } = parsed
  const [binding] = words
  if (binding === '') throw new ToolFailure('no binding name specified', 2)
  if (flags.has('-r') && relationOf(context, parsed).gone)
    throw new ToolFailure('permission denied (unauthorized access)')
  if (binding === undefined) throw new ToolFailure('no arguments specified', 2)
  const known = context.unit.app.charm.endpoints.some((endpoint) => endpoint.name === binding)
  if (!known && binding !== 'juju-info') throw unknownBinding(context, binding)
  const { device, addresses } = boundInterface(context.unit, binding)
  const more = context.unit.moreAddresses
  const [first, last] = [more.filter((row) => row.first), more.filter((row) => !row.first)]
  const own = [...first.map((row) => row.address), ...addresses]
  const [address = ''] = own
  if (own.length === 0) throw new ToolFailure(`no network config found for binding "${binding}"`)
  const translated = context.unit.ingress.get(binding)
  const ingress = translated === undefined ? own : [translated]
  const egress = `${address}/${isIPv6(address) ? 128 : 32}`
  const asked: Record<string, unknown> = {
    'bind-address': address,
    'egress-subnets': [egress],
    'ingress-address': translated ?? address,
  }
  const chosen = Object.keys(asked).filter(
    (key) => flags.has(`--${key}`) || (key === 'bind-address' && flags.has('--primary-address')),
  )
  if (chosen.length === 1) return json(asked[chosen[0] ?? ''])
  if (chosen.length > 1) return json(Object.fromEntries(chosen.map((key) => [key, asked[key]])))
  // As YAML 4.0 prints the names that 2.x had, too.
  const old = context.tables.profile === '4.0' && !/--format[= ]json/.test(args.join(' '))
  const usual = { device, rows: addresses.map(addressRow) }
  const added = ({ device, address, cidr }: AddedAddress): Bound => ({
    device,
    rows: [{ hostname: address, value: address, cidr }],
  })
  const bound = [...first.map(added), usual, ...last.map(added)]
  return json({
    'bind-addresses': bound.map((row) => printBound(row, address, old)),
    'egress-subnets': [egress],
    'ingress-addresses': ingress,
  })
}

interface Bound {
  readonly device: string
  readonly rows: readonly { readonly hostname: string; readonly value: string; readonly cidr: string }[]
}

function printBound({ device, rows }: Bound, address: string, old: boolean): unknown {
  const mac = macOf(rows[0]?.value ?? address)
  return {
    'mac-address': mac,
    'interface-name': device,
    addresses: old ? rows.map((row) => ({ ...row, address: row.value })) : rows,
    ...(old && { macaddress: mac, interfacename: device }),
  }
}

/** Any, and always the same one: nothing looks at it but who compares. */
function macOf(address: string): string {
  const last = address.split(/[.:]/).at(-1) ?? ''
  return `00:16:3e:00:00:${last.slice(-2).padStart(2, '0')}`
}

function addressRow(value: string): Bound['rows'][number] {
  const cidr = isIPv6(value) ? value.replace(/::.*$/, '::/64') : value.replace(/\d+$/, '0/24')
  return { hostname: value, value, cidr }
}

function unknownBinding({ tables }: HookContext, binding: string): ToolFailure {
  return new ToolFailure(
    tables.profile === '3.6'
      ? `undefined for unit charm: endpoint "${binding}" not valid`
      : `no network config found for binding "${binding}"`,
  )
}

export const unitGet: Tool = ({ context, args }) => {
  const [key] = parseFlags(args, {}, 1).words
  if (key === undefined) throw new ToolFailure('no setting specified', 2)
  if (key !== 'private-address' && key !== 'public-address')
    throw new ToolFailure(`unknown setting "${key}"`, context.tables.profile === '4.0' ? 2 : 1)
  return json(boundAddress(context.unit, ''))
}

export const storageList: Tool = ({ context, args }) => {
  const [name] = parseFlags(args, {}, 1).words
  const own = context.hook.env.JUJU_STORAGE_ID
  const attached = [...context.unit.storage].filter(([id, there]) => there || id === own).map(([id]) => id)
  return json(attached.filter((id) => name === undefined || id.startsWith(`${name}/`)).sort())
}

export const storageGet: Tool = ({ context, args }) => {
  const { flags, words } = parseFlags(args, { '-s': 'value' }, 1)
  const id = flags.get('-s') ?? context.hook.env.JUJU_STORAGE_ID
  if (id === undefined) throw new ToolFailure('no storage instance specified', 2)
  if (!/^[a-z][a-z0-9-]*\/\d+$/.test(id)) throw badStorage(context, id, `invalid storage ID "${id}"`, 2)
  const declared = context.unit.app.charm.storage.find((row) => id.startsWith(`${row.name}/`))
  if (!declared || !context.unit.storage.has(id))
    throw badStorage(
      context,
      id,
      context.tables.profile === '3.6' ? `storage "${id}" not found` : `storage instance "${id}" not found`,
      1,
    )
  const found: Record<string, string> = { kind: 'filesystem', location: declared.location }
  const [key] = words
  if (key !== undefined && found[key] === undefined)
    throw new ToolFailure(`invalid storage attribute "${key}"`, context.tables.profile === '3.6' ? 2 : 1)
  return json(key === undefined ? found : found[key])
}

/** 4.0 takes it for a malformed flag. */
function badStorage({ tables }: HookContext, id: string, why: string, code: number): ToolFailure {
  return tables.profile === '3.6'
    ? new ToolFailure(why, code)
    : new ToolFailure(`invalid value "${id}" for option -s: ${why}`, 2)
}

export const storageAdd: Tool = ({ context, args }) => {
  const [directive] = parseFlags(args, {}).words
  if (directive === undefined) throw new ToolFailure('storage add requires a storage directive', 2)
  const [name, count = '1'] = directive.split('=')
  if (!/^\d+$/.test(count)) throw new ToolFailure(`only count can be specified for "${name}"`, 2)
  if (context.tables.profile === '3.6') throw new ToolFailure(`storage "${name}" not found`)
  // 4.0 looks at it when all is committed; no charm here may have more of one storage.
  const unit = context.unit.name
  const why = context.unit.app.charm.storage.some((row) => row.name === name)
    ? 'would exceed the maximum count of 1'
    : 'storage name not supported'
  atCommit(context, `preparing storage additions: preparing storage add "${name}" for unit "${unit}"`, () => {
    throw new ToolFailure(why)
  })
  return nothing
}

/** The path, without a newline; one that was never attached is an empty placeholder in 3.6, and not found in 4.0. */
export const resourceGet: Tool = async ({ context, args }): Promise<Answer> => {
  const { app, host, name: unitName } = context.unit
  if (args.some((arg) => arg.startsWith('--format')))
    throw new ToolFailure('option provided but not defined: --format', 2)
  const [name] = parseFlags(args, {}, 1).words
  if (name === undefined) throw new ToolFailure('missing required resource name', 2)
  const file = app.charm.resources.get(name)
  if (file === undefined)
    throw noResource(
      context,
      name,
      `getting UUID of resource ${name} for application ${context.tables.uuid}: resource not found`,
    )
  const path = `/var/lib/juju/agents/unit-${unitName.replace('/', '-')}/resources/${file}`
  const [attached, outside] = [app.resources.get(name), host.outside(path)]
  if (attached === undefined && context.tables.profile === '4.0')
    throw noResource(context, name, `resource "${name}" not found`)
  await mkdir(dirname(outside), { recursive: true })
  if (attached === undefined) await writeFile(outside, '')
  else await download(attached, outside)
  return { ...nothing, out: path }
}

/** Juju compares the digests, and writes nothing where the unit has the file already. */
async function download(attached: string, into: string): Promise<void> {
  const from = await stat(attached)
  const there = await stat(into).catch(() => undefined)
  if (there?.size === from.size && there.mtime.getTime() === from.mtime.getTime()) return
  await copyFile(attached, into)
  await utimes(into, from.atime, from.mtime)
}

function noResource({ tables, unit }: HookContext, name: string, why: string): ToolFailure {
  if (tables.profile === '3.6')
    return new ToolFailure(`could not download resource: resource "${name}" not found`)
  const at = `https://10.0.0.1:17070/model/${tables.uuid}/units/unit-${unit.name.replace('/', '-')}/resources/${name}`
  return new ToolFailure(`could not download resource: HTTP request failed: Get ${at}: ${why}`)
}

export const jujuReboot: Tool = ({ context, args }) => {
  parseFlags(args, { '--now': 'flag' }, 0)
  if (context.hook.action) throw new ToolFailure('juju-reboot is not supported when running an action.')
  throw new ToolFailure('juju-reboot: the emulator reboots machines only when a test says so')
}

export const credentialGet: Tool = ({ args }) => {
  parseFlags(args, {}, 0)
  throw new ToolFailure('cannot access cloud credentials: permission denied')
}
