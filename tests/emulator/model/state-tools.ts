// state-get, state-set, state-delete: what the controller keeps for a unit, with this hook's own changes (facts/juju.md §2.11).

import {
  type HookContext,
  json,
  nothing,
  parseFlags,
  sorted,
  type Tool,
  ToolFailure,
} from './hook-context.ts'
import { readFileOf, readPairs } from './settings.ts'
import type { Bag } from './state.ts'

const [longestKey, longestValue] = [256, 65_536] as const

/** With what this hook has set so far. */
function stateOf({ unit, state }: HookContext): Bag {
  const now: Bag = { ...unit.state }
  for (const [key, value] of state) {
    if (value === undefined) delete now[key]
    else now[key] = value
  }
  return sorted(now)
}

export const stateGet: Tool = ({ context, args }) => {
  const { flags, words } = parseFlags(args, { '--strict': 'flag' }, 1)
  const [word = ''] = words
  const state = stateOf(context)
  if (word === '' || word === '-')
    return json(Object.keys(state).length > 0 || !/json/.test(args.join(' ')) ? state : null)
  if (state[word] === undefined && flags.has('--strict')) throw new ToolFailure(`"${word}" not found`)
  return json(state[word] ?? '')
}

export const stateSet: Tool = (request) => {
  const { context, args } = request
  const parsed = parseFlags(args, { '--file': 'value' })
  const changes = { ...readFileOf(request, parsed), ...readPairs(parsed.words) }
  for (const [key, value] of Object.entries(changes)) {
    if (Buffer.byteLength(key) > longestKey)
      throw new ToolFailure(`max allowed key length (${longestKey}): quota limit exceeded`)
    if (Buffer.byteLength(value) > longestValue)
      throw new ToolFailure(`max allowed value length (${longestValue}): quota limit exceeded`)
  }
  for (const [key, value] of Object.entries(changes)) context.state.set(key, value)
  return nothing
}

export const stateDelete: Tool = ({ context, args }) => {
  const [key] = parseFlags(args, {}, 1).words
  if (key === undefined) return nothing
  context.state.set(key, undefined)
  return nothing
}
