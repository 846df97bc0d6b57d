// An operator's options: `juju config` and `juju deploy --config` give texts, and Juju makes of each what the option's type says.

import type { Charm, OptionType } from './state.ts'

export type Values = Readonly<Record<string, string | number | boolean>>

/** @throws in Juju's words: then nothing is set, or deployed */
export function parseOptions(charm: Charm, values: Values): Values {
  const typed = Object.entries(values).map(([option, value]) => {
    const type = charm.options.get(option)
    if (type === undefined) throw new Error(`unknown option "${option}" of ${charm.name}`)
    return [option, typeof value === 'string' ? parseOption(option, type, value) : value] as const
  })
  return Object.fromEntries(typed)
}

/** Go's own readers of numbers and booleans. */
function parseOption(option: string, type: OptionType, text: string): string | number | boolean {
  const parsed = {
    string: () => text,
    secret: () => (/^(secret:)?[0-9a-v:/-]+$/.test(text) ? text : undefined),
    int: () => (/^[+-]?\d+$/.test(text) ? Number(text) : undefined),
    float: () => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined),
    boolean: () => booleans[text],
  }[type]()
  if (parsed === undefined)
    throw new Error(`option "${option}" expected ${type}, got ${JSON.stringify(text)}`)
  return parsed
}

const booleans: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true]),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false]),
])
