// open-port, close-port, opened-ports (facts/juju.md §2.12).

import { type HookContext, json, nothing, parseFlags, type Tool, ToolFailure } from './hook-context.ts'

interface Range {
  readonly first: number
  readonly last: number
  readonly protocol: string
}

const portSpec = /^(\d+)(?:-(\d+))?$/

function readRange([word]: readonly string[]): Range {
  if (word === undefined) throw new ToolFailure('no port or range specified', 2)
  if (word === 'icmp') return { first: -1, last: -1, protocol: word }
  const [ports = '', ...rest] = word.split('/')
  const protocol = (rest.length > 0 ? rest.join('/') : 'tcp').toLowerCase()
  if (protocol !== 'tcp' && protocol !== 'udp')
    throw new ToolFailure(`invalid protocol "${rest.join('/')}", expected "tcp", "udp", or "icmp"`, 2)
  const [, low, high = low] = portSpec.exec(ports) ?? []
  if (low === undefined)
    throw new ToolFailure(`invalid port "${ports}": strconv.Atoi: parsing "${ports}": invalid syntax`, 2)
  const [first, last] = [Number(low), Number(high)]
  if (first > last) throw new ToolFailure(`invalid port range ${first}-${last}/${protocol}`, 2)
  if (last > 65535)
    throw new ToolFailure(`port range bounds must be between 0 and 65535, got ${first}-${last}`, 2)
  return { first, last, protocol }
}

function print({ first, last, protocol }: Range): string {
  if (protocol === 'icmp') return protocol
  return `${first === last ? first : `${first}-${last}`}/${protocol}`
}

/** With what this hook has opened and closed so far, by protocol and number. */
function openOf({ unit, ports }: HookContext): readonly string[] {
  const open = new Set(unit.ports)
  for (const [port, opened] of ports) opened ? open.add(port) : open.delete(port)
  const place = (text: string): readonly [string, number] => {
    const { first, protocol } = readRange([text])
    return [protocol, first]
  }
  return [...open].sort((a, b) => {
    const [[protocol, first], [other, second]] = [place(a), place(b)]
    return protocol === other ? first - second : protocol < other ? -1 : 1
  })
}

/** Endpoints for which a port is open, `*` for all: none are named. */
function endpointsOf({ unit, portEndpoints }: HookContext, port: string): readonly string[] {
  return portEndpoints.get(port) ?? unit.portEndpoints.get(port) ?? ['*']
}

function named({ flags }: ReturnType<typeof parseFlags>): readonly string[] {
  const names = (flags.get('--endpoints') ?? '').split(',').map((name) => name.trim())
  return names.filter((name) => name !== '')
}

export const openPort: Tool = ({ context, args }) => {
  const parsed = parseFlags(args, { '--endpoints': 'value' }, 1)
  const range = readRange(parsed.words)
  const port = print(range)
  const open = openOf(context)
  const overlaps = open.find((row) => row !== port && overlap(readRange([row]), range))
  if (overlaps !== undefined)
    throw new ToolFailure(
      `cannot open ${port} (unit "${context.unit.name}"): port range conflicts with ${overlaps} (unit "${context.unit.name}") requested earlier`,
    )
  const before = open.includes(port) ? endpointsOf(context, port) : []
  const endpoints = named(parsed)
  const all = endpoints.length === 0 || before.includes('*')
  set(context, port, true, all ? ['*'] : [...new Set([...before, ...endpoints])].sort())
  return nothing
}

function set(context: HookContext, port: string, open: boolean, endpoints: readonly string[]): void {
  context.ports.set(port, open)
  context.portEndpoints.set(port, endpoints)
  context.flush.push(() => {
    const { ports, portEndpoints } = context.unit
    if (open) ports.add(port)
    else ports.delete(port)
    portEndpoints.set(port, endpoints)
  })
}

function overlap(one: Range, other: Range): boolean {
  return one.protocol === other.protocol && one.first <= other.last && other.first <= one.last
}

export const closePort: Tool = ({ context, args }) => {
  const parsed = parseFlags(args, { '--endpoints': 'value' }, 1)
  const port = print(readRange(parsed.words))
  const endpoints = named(parsed)
  const rest = endpointsOf(context, port).filter((name) => !endpoints.includes(name))
  const stays = endpoints.length > 0 && rest.length > 0 && openOf(context).includes(port)
  set(context, port, stays, stays ? rest : ['*'])
  return nothing
}

export const openedPorts: Tool = ({ context, args }) => {
  const { flags } = parseFlags(args, { '--endpoints': 'flag' }, 0)
  const show = (port: string): string =>
    flags.has('--endpoints') ? `${port} (${endpointsOf(context, port).join(', ')})` : port
  return json(openOf(context).map(show))
}
