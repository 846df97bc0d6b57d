// The charm's options. An invalid one blocks, is named with its remedy, and leaves the old setting in force.

import * as z from 'zod/mini'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const

export interface CharmConfig {
  /** Whether an empty v1 resource is granted the whole key space. */
  readonly allowFullKeyspace: boolean
  readonly logLevel: (typeof logLevels)[number]
  /** Wanted SHA-256 of the `etcd` resource in lower case; empty where none is wanted. */
  readonly etcdSha256: string
}

export type ConfigReading =
  | { readonly kind: 'valid'; readonly config: CharmConfig }
  | { readonly kind: 'invalid'; readonly option: string; readonly remedy: string }

const schema = z.object({
  'allow-full-keyspace': z._default(z.boolean(), false),
  'log-level': z._default(z.enum(logLevels), 'info'),
  'etcd-sha256': z._default(z.string().check(z.regex(/^([0-9a-fA-F]{64})?$/)), ''),
})

const remedies: Readonly<Record<string, string>> = {
  'allow-full-keyspace': 'set it to true or false',
  'log-level': `set it to one of ${logLevels.join(', ')}`,
  'etcd-sha256': 'set it to 64 hexadecimal digits, or to nothing',
}

/** Names of the options, for the test that compares them with config.yaml. */
export const optionNames = Object.keys(remedies)

export function parseConfig(options: Readonly<Record<string, unknown>>): ConfigReading {
  const parsed = z.safeParse(schema, options)
  if (parsed.success) {
    const {
      'allow-full-keyspace': allowFullKeyspace,
      'log-level': logLevel,
      'etcd-sha256': sha256,
    } = parsed.data
    return { kind: 'valid', config: { allowFullKeyspace, logLevel, etcdSha256: sha256.toLowerCase() } }
  }
  const option = String(parsed.error.issues[0]?.path[0] ?? 'configuration')
  return { kind: 'invalid', option, remedy: remedies[option] ?? 'run juju config' }
}
