// The tools about the unit itself: leadership, config, status, state, ports, network, resources, actions, logs.

import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parse } from 'yaml'
import {
  type Answer,
  isLeader,
  json,
  nothing,
  parseFlags,
  type Request,
  type Tool,
  ToolFailure,
} from './hook-context.ts'
import type { Action, Status } from './state.ts'

export const isLeaderTool: Tool = ({ context }) => json(isLeader(context))

export const configGet: Tool = ({ context, args }) => {
  const { words } = parseFlags(args, { '--all': 'flag', '-a': 'flag' })
  const { app } = context.unit
  const config = Object.fromEntries(
    Object.entries({ ...app.charm.defaults, ...app.config }).filter(([, value]) => value !== ''),
  )
  return json(words[0] === undefined ? config : config[words[0]])
}

const settable = ['maintenance', 'blocked', 'waiting', 'active']

export const statusSet: Tool = ({ context, args }) => {
  const { flags, words } = parseFlags(args, { '--application': 'flag' })
  const [status = '', ...message] = words
  if (!settable.includes(status)) {
    throw new ToolFailure(`invalid status "${status}", expected one of [${settable.join(' ')}]`, 2)
  }
  Object.assign(target(context, flags.has('--application')), { status, message: message.join(' ') })
  return nothing
}

export const statusGet: Tool = ({ context, args }) => {
  const { flags } = parseFlags(args, { '--application': 'flag', '--include-data': 'flag' })
  const application = flags.has('--application')
  const found = target(context, application)
  const shown = flags.has('--include-data') ? { ...found, 'status-data': {} } : { status: found.status }
  return json(application ? { 'application-status': { ...shown, units: {} } } : shown)
}

function target(context: Request['context'], application: boolean): Status {
  if (!application) return context.unit.workload
  if (!isLeader(context)) throw new ToolFailure('this unit is not the leader')
  return context.unit.app.status
}

export const applicationVersionSet: Tool = ({ context, args }) => {
  const [version] = parseFlags(args, {}).words
  if (version === undefined) throw new ToolFailure('no version specified')
  context.unit.app.version = version
  return nothing
}

export const stateGet: Tool = ({ context, args }) => {
  const [key = '-'] = parseFlags(args, { '--strict': 'flag' }).words
  return json(key === '-' ? context.unit.state : context.unit.state[key])
}

export const stateSet: Tool = ({ context, args, stdin }) => {
  const { flags, words } = parseFlags(args, { '--file': 'value' })
  const changes: Record<string, string> = flags.has('--file') ? parse(stdin) : {}
  for (const word of words) changes[word.split('=', 1)[0] ?? ''] = word.slice(word.indexOf('=') + 1)
  context.flush.push(() => Object.assign(context.unit.state, changes))
  return nothing
}

export const openPort: Tool = ({ context, args }) => {
  const [port] = parseFlags(args, { '--endpoints': 'value' }).words
  if (port === undefined) throw new ToolFailure('no port or range specified', 2)
  context.flush.push(() => context.unit.ports.add(port.includes('/') ? port : `${port}/tcp`))
  return nothing
}

export const openedPorts: Tool = ({ context }) => json([...context.unit.ports].sort())

export const networkGet: Tool = ({ context, args }) => {
  const [binding] = parseFlags(args, { '-r': 'value' }).words
  if (binding === undefined) throw new ToolFailure('no arguments specified', 2)
  const known = context.unit.app.charm.endpoints.some((endpoint) => endpoint.name === binding)
  if (!known && binding !== 'juju-info')
    throw new ToolFailure(`no network config found for binding "${binding}"`)
  const { address } = context.unit.host
  const cidr = address.replace(/\d+$/, '0/24')
  return json({
    'bind-addresses': [
      { 'mac-address': '', 'interface-name': 'eth0', addresses: [{ hostname: '', value: address, cidr }] },
    ],
    'egress-subnets': [`${address}/32`],
    'ingress-addresses': [address],
  })
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
  return { code: 0, out: path, err: '' }
}

export const goalState: Tool = ({ context }) => {
  const units = context.unit.app.units.map((unit) => [unit.name, { status: unit.dying ? 'dying' : 'active' }])
  return json({ units: Object.fromEntries(units), relations: {} })
}

export const jujuLog: Tool = ({ context, args }) => {
  const { flags, words } = parseFlags(args, { '-l': 'value', '--log-level': 'value', '--debug': 'flag' })
  if (words.length === 0) throw new ToolFailure('no message specified', 2)
  context.log.push(`${flags.get('--log-level') ?? flags.get('-l') ?? 'INFO'} ${words.join(' ')}`)
  return nothing
}

function runningAction({ context }: Request): Action {
  if (!context.hook.action) throw new ToolFailure('not running an action')
  return context.hook.action
}

export const actionGet: Tool = (request) => {
  const [key] = parseFlags(request.args, {}).words
  const { params } = runningAction(request)
  return json(key === undefined ? params : params[key])
}

export const actionSet: Tool = (request) => {
  const { results } = runningAction(request)
  for (const word of parseFlags(request.args, {}).words) {
    const at = word.indexOf('=')
    if (at < 1) throw new ToolFailure(`argument "${word}" must be of the form key...=value`, 2)
    results[word.slice(0, at)] = word.slice(at + 1)
  }
  return nothing
}

export const actionFail: Tool = (request) => {
  const action = runningAction(request)
  const words = parseFlags(request.args, {}).words
  action.status = 'failed'
  action.message = words.join(' ') || 'action failed without reason given, check action for errors'
  return nothing
}
