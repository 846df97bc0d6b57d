// The tools about the unit itself: leadership, config, status, state, ports, network, resources, actions, logs.

import {
  isLeader,
  json,
  nothing,
  parseFlags,
  type Request,
  sorted,
  type Tool,
  ToolFailure,
} from './hook-context.ts'
import type { Action, Status } from './state.ts'

/** The first no stays for the whole hook. */
export const isLeaderTool: Tool = ({ context, args }) => {
  parseFlags(args, {}, 0)
  context.follows ||= !isLeader(context)
  return json(!context.follows)
}

export const configGet: Tool = ({ context, args }) => {
  const { flags, words } = parseFlags(args, { '--all': 'flag', '-a': 'flag' }, 1)
  const every = flags.has('--all') || flags.has('-a')
  if (every && words[0]) throw new ToolFailure(`cannot use argument --all together with key "${words[0]}"`, 2)
  const { charm, config } = context.unit.app
  // To 3.6 an empty text is no value.
  const given = Object.entries({ ...charm.defaults, ...config }).filter(
    ([, value]) => value !== '' || context.tables.profile === '4.0',
  )
  const all = every ? [...charm.options.keys()].map((name) => [name, null] as const) : []
  const shown = Object.fromEntries([...all, ...given].sort(([a], [b]) => (a < b ? -1 : 1)))
  return json(words[0] ? shown[words[0]] : shown)
}

const settable = ['maintenance', 'blocked', 'waiting', 'active']

export const statusSet: Tool = ({ context, args }) => {
  const { flags, words } = parseFlags(args, { '--application': 'flag' }, 2)
  const [status, ...message] = words
  if (status === undefined) throw new ToolFailure('invalid args, require <status> [message]', 2)
  if (!settable.includes(status)) {
    throw new ToolFailure(`invalid status "${status}", expected one of [${settable.join(' ')}]`, 2)
  }
  Object.assign(target(context, flags.has('--application')), { status, message: message.join(' ') })
  return nothing
}

export const statusGet: Tool = ({ context, args }) => {
  const { flags } = parseFlags(args, { '--application': 'flag', '--include-data': 'flag' }, 0)
  const application = flags.has('--application')
  if (application && !isLeader(context))
    throw new ToolFailure('finding application status: this unit is not the leader')
  const found = readStatus(context, target(context, application))
  const word = !flags.has('--include-data') && !/json|yaml/.test(args.join(' '))
  if (word) return json(found.status)
  const show = ({ status, message }: Status): object =>
    flags.has('--include-data') ? { message, status, 'status-data': {} } : { status }
  if (!application) return json(show(found))
  const units = context.unit.app.units.map(
    (unit) => [unit.name, show(readStatus(context, unit.workload))] as const,
  )
  return json({ 'application-status': { ...show(found), units: Object.fromEntries(units) } })
}

/** In 4.0 as the hook read it first, whatever it has set since. */
function readStatus({ tables, statuses }: Request['context'], status: Status): Status {
  const known = tables.profile === '4.0' ? statuses.get(status) : undefined
  const read = known ?? { ...status }
  statuses.set(status, read)
  return read
}

function target(context: Request['context'], application: boolean): Status {
  if (!application) return context.unit.workload
  if (!isLeader(context)) throw new ToolFailure('this unit is not the leader')
  return context.unit.app.status
}

export const applicationVersionSet: Tool = ({ context, args }) => {
  const [version] = parseFlags(args, {}, 1).words
  if (version === undefined)
    throw new ToolFailure('no version specified', context.tables.profile === '4.0' ? 2 : 1)
  context.unit.app.version = version
  return nothing
}

/** 3.6 only: kept by the leader for all units, at once. */
export const leaderSet: Tool = ({ context, args }) => {
  if (!isLeader(context))
    throw new ToolFailure('cannot write leadership settings: cannot write settings: not the leader')
  for (const word of parseFlags(args, {}).words) {
    const [key = '', value = ''] = word.split(/=(.*)/s)
    if (value === '') context.unit.app.leaderSettings.delete(key)
    else context.unit.app.leaderSettings.set(key, value)
  }
  return nothing
}

export const leaderGet: Tool = ({ context, args }) => {
  const [key = '-'] = parseFlags(args, {}).words
  const { leaderSettings } = context.unit.app
  return json(key === '-' ? Object.fromEntries(leaderSettings) : leaderSettings.get(key))
}

export const jujuLog: Tool = ({ context, args }) => {
  const { flags, words } = parseFlags(args, { '-l': 'value', '--log-level': 'value', '--debug': 'flag' })
  if (words.length === 0) throw new ToolFailure('no message specified', 2)
  const deprecated = args.some((arg) => arg.startsWith('--format'))
  context.log.push(`${flags.get('--log-level') ?? flags.get('-l') ?? 'INFO'} ${words.join(' ')}`)
  return deprecated ? { ...nothing, err: '--format flag deprecated for command "juju-log"' } : nothing
}

function runningAction({ context }: Request): Action {
  if (!context.hook.action) throw new ToolFailure('not running an action')
  return context.hook.action
}

function within(found: unknown, key: string): unknown {
  return typeof found === 'object' && found !== null ? new Map(Object.entries(found)).get(key) : undefined
}

export const actionGet: Tool = (request) => {
  const [key] = parseFlags(request.args, {}, 1).words
  const { params } = runningAction(request)
  return json(key === undefined ? sorted(params) : key.split('.').reduce(within, params))
}

export const actionSet: Tool = (request) => {
  const { results } = runningAction(request)
  const { profile } = request.context.tables
  for (const word of parseFlags(request.args, {}).words) {
    const at = word.indexOf('=')
    if (at < 0) throw new ToolFailure(`argument "${word}" must be of the form key...=value`, 2)
    for (const part of word.slice(0, at).split('.')) checkActionKey(part, profile === '4.0' ? 2 : 1)
    delete results[word.slice(0, at)]
    results[word.slice(0, at)] = word.slice(at + 1)
  }
  return nothing
}

function checkActionKey(key: string, reserved: number): void {
  if (['stdout', 'stdout-encoding', 'stderr', 'stderr-encoding'].includes(key))
    throw new ToolFailure(`cannot set reserved action key "${key}"`, reserved)
  if (/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(key)) return
  throw new ToolFailure(
    `key "${key}" must start and end with lowercase alphanumeric, and contain only lowercase alphanumeric and hyphens`,
    2,
  )
}

export const actionFail: Tool = (request) => {
  const action = runningAction(request)
  const words = parseFlags(request.args, {}).words
  action.status = 'failed'
  action.message = words.join(' ') || 'action failed without reason given, check action for errors'
  return nothing
}

export const actionLog: Tool = (request) => {
  runningAction(request)
  const { words } = parseFlags(request.args, {})
  if (words.length === 0) throw new ToolFailure('no message specified', 2)
  request.context.log.push(`ACTION ${words.join(' ')}`)
  return nothing
}
