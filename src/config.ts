// The charm's options. An invalid one blocks, is named with its remedy, and leaves the old setting in force: the leader keeps the
// last valid options on record with the peers, where a unit that joins meanwhile finds them too.

import * as z from 'zod/mini'
import { backupDefaults, backupOptions, backupRemedies } from './config/backup-options.ts'
import {
  certificateDefaults,
  certificateOptions,
  certificateRemedies,
  certificateRules,
} from './config/certificate-options.ts'
import { plainText } from './plain-text.ts'
import { isSchedule } from './machine/time-of-day.ts'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const

/** Where a refresh waits for an operator: after each unit, after the first one, nowhere. */
export const pauses = ['all', 'first', 'none'] as const

const MiB = 1024 * 1024
const whole = (least: number, most: number) => z.int().check(z.minimum(least), z.maximum(most))
const quota = { least: 16 * MiB, most: 100 * 1024 * MiB }

const schema = z.object({
  'absence-patience': whole(10, 86_400),
  'allow-full-keyspace': z.boolean(),
  'auto-compaction-mode': z.enum(['periodic', 'revision']),
  'auto-compaction-retention': z.string().check(z.regex(/^(\d{1,9}|\d{1,5}h|\d{1,7}m)$/)),
  ...backupOptions,
  'client-restart-interval': whole(0, 86_400),
  'defragment-free-share': whole(10, 90),
  'defragment-schedule': z.string().check(z.refine(isSchedule)),
  'election-timeout': whole(50, 50_000),
  'etcd-sha256': z.string().check(z.regex(/^([0-9a-fA-F]{64})?$/)),
  'etcd-snap-revision': whole(0, 1_000_000),
  'heartbeat-interval': whole(10, 10_000),
  'log-level': z.enum(logLevels),
  'max-request-bytes': whole(64 * 1024, 10 * MiB),
  'pause-after-unit-refresh': z.enum(pauses),
  'peer-address-check': z.boolean(),
  'quota-backend-bytes': z.string().check(z.refine(isQuota)),
  'snapshot-count': whole(100, 1_000_000),
  'suspended-access-minutes': whole(0, 43_200),
  ...certificateOptions,
})

/** By the options' own names. */
export type CharmConfig = Readonly<z.infer<typeof schema>>
export type OptionName = keyof CharmConfig
export type Options = Readonly<Record<string, string | number | boolean>>

/** As in config.yaml. */
export const defaults: CharmConfig = {
  'absence-patience': 600,
  'allow-full-keyspace': false,
  'auto-compaction-mode': 'periodic',
  'auto-compaction-retention': '1h',
  ...backupDefaults,
  'client-restart-interval': 20,
  'defragment-free-share': 50,
  'defragment-schedule': '',
  'election-timeout': 1000,
  'etcd-sha256': '',
  'etcd-snap-revision': 0,
  'heartbeat-interval': 100,
  'log-level': 'info',
  'max-request-bytes': 1.5 * MiB,
  'pause-after-unit-refresh': 'first',
  'peer-address-check': true,
  'quota-backend-bytes': 'auto',
  'snapshot-count': 10_000,
  'suspended-access-minutes': 60,
  ...certificateDefaults,
}

const remedies: Readonly<Record<OptionName, string | ((value: unknown) => string)>> = {
  'absence-patience': 'set it to 10 to 86400 seconds',
  'allow-full-keyspace': 'set it to true or false',
  'auto-compaction-mode': 'set it to periodic or revision',
  'auto-compaction-retention': 'set it to a time like 30m or 1h, to a number of revisions, or to 0',
  ...backupRemedies,
  'client-restart-interval': 'set it to 0 to 86400 seconds',
  'defragment-free-share': 'set it to 10 to 90 percent',
  'defragment-schedule':
    'set it to a time of day in UTC like 02:00-05:00 or sat,sun 02:00-05:00, to always, or to nothing',
  'election-timeout': 'set it to 50 to 50000 milliseconds',
  'etcd-snap-revision': 'set it to a revision of the snap charmed-etcd, or to 0 for what the charm pins',
  'etcd-sha256': 'set it to 64 hexadecimal digits, or to nothing',
  'heartbeat-interval': 'set it to 10 to 10000 milliseconds',
  'log-level': `set it to one of ${logLevels.join(', ')}`,
  'max-request-bytes': 'set it to 65536 to 10485760 bytes',
  'pause-after-unit-refresh': 'set it to all, first or none',
  'peer-address-check': 'set it to true or false',
  'quota-backend-bytes': `set it to auto, or to ${quota.least} to ${quota.most} bytes`,
  'snapshot-count': 'set it to 100 to 1000000 entries',
  'suspended-access-minutes': 'set it to 0 to 43200 minutes',
  ...certificateRemedies,
}

/** Options that are right only together: where one is refused, all of them stay as they were. */
interface Rule {
  readonly options: readonly OptionName[]
  /** The option that is named; it is the last one that an operator would look at first. */
  readonly named: OptionName
  readonly holds: (config: CharmConfig) => boolean
  readonly remedy: (config: CharmConfig) => string
}

const rules: readonly Rule[] = [
  {
    options: ['heartbeat-interval', 'election-timeout'],
    named: 'election-timeout',
    // etcd refuses to start otherwise.
    holds: (config) => config['election-timeout'] >= 5 * config['heartbeat-interval'],
    remedy: (config) =>
      `set it to at least ${5 * config['heartbeat-interval']}, which is five times heartbeat-interval`,
  },
  {
    options: ['auto-compaction-mode', 'auto-compaction-retention'],
    named: 'auto-compaction-retention',
    holds: retentionFits,
    remedy: (config) =>
      config['auto-compaction-mode'] === 'periodic'
        ? 'in mode periodic, set it to a time like 30m or 1h, or to 0'
        : 'in mode revision, set it to a number of revisions',
  },
  ...certificateRules,
]

function retentionFits(config: CharmConfig): boolean {
  const retention = config['auto-compaction-retention']
  const number = /^\d+$/.test(retention)
  return config['auto-compaction-mode'] === 'revision' ? number : !number || Number(retention) === 0
}

function isQuota(text: string): boolean {
  if (text === 'auto') return true
  return /^[1-9]\d{0,11}$/.test(text) && Number(text) >= quota.least && Number(text) <= quota.most
}

export interface Problem {
  readonly option: OptionName
  readonly remedy: string
}

export interface ConfigReading {
  readonly inForce: CharmConfig
  /** What was in force when the leader last noted it. */
  readonly onRecord: CharmConfig
  readonly problems: readonly Problem[]
}

/** `record` is what `printRecord` gave, by an earlier version of this charm maybe. */
export function parseConfig(options: Options, record: Options = {}): ConfigReading {
  const { inForce: onRecord } = settle(record, defaults)
  return { ...settle(options, onRecord), onRecord }
}

/** Only what differs from the defaults, so that there is no record where nothing was ever set. */
export function printRecord(config: CharmConfig): Options {
  return Object.fromEntries(
    optionNames.flatMap((name) => (config[name] === defaults[name] ? [] : [[name, config[name]]])),
  )
}

export const optionNames: readonly OptionName[] = Object.keys(schema.shape).filter(isOption)

function isOption(name: string): name is OptionName {
  return Object.hasOwn(defaults, name)
}

function settle(options: Options, before: CharmConfig): Omit<ConfigReading, 'onRecord'> {
  const told: Record<string, unknown> = { ...defaults, ...options }
  const issues = z.safeParse(schema, told).error?.issues ?? []
  const odd = optionNames.filter((name) => issues.some((issue) => issue.path[0] === name))
  const kept = keepBefore(told, odd, before)
  const broken = rules.filter((rule) => !rule.holds(kept))
  const inForce = keepBefore(
    kept,
    broken.flatMap((rule) => rule.options),
    before,
  )
  return {
    inForce,
    problems: [
      ...odd.map((option) => ({ option, remedy: remedyFor(option, told[option]) })),
      ...broken.map((rule) => ({ option: rule.named, remedy: rule.remedy(kept) })),
    ],
  }
}

/** Longer than any remedy: each cuts what it quotes itself. */
const longestRemedy = 500

function remedyFor(option: OptionName, value: unknown): string {
  const remedy = remedies[option]
  return plainText(typeof remedy === 'string' ? remedy : remedy(value), longestRemedy)
}

/** With each refused option go those that are right only together with it. */
function keepBefore(
  told: Record<string, unknown> | CharmConfig,
  refused: readonly OptionName[],
  before: CharmConfig,
): CharmConfig {
  const groups = refused.flatMap((name) => [
    name,
    ...rules.flatMap(({ options }) => (options.includes(name) ? options : [])),
  ])
  return schema.parse({ ...told, ...Object.fromEntries(groups.map((name) => [name, before[name]])) })
}
