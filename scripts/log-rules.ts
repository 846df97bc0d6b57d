// Loki's rules, made of what each says of one number in the charm's own log line: so all of them select alike, and a test can say which
// line makes one fire.

import * as z from 'zod/mini'
import { holes } from '../src/interfaces/cos-agent.ts'
import { lineBegins } from '../src/charm/plan/observability/log-line.ts'
import type { Groups, Rule } from './observability.ts'

const common = {
  alert: z.string(),
  for: z.string(),
  severity: z.enum(['warning', 'critical']),
  summary: z.string(),
}
const ofField = z.object({
  ...common,
  field: z.string(),
  above: z.optional(z.number()),
  below: z.optional(z.number()),
  /** The leader alone says it: of two that led, the later one is right. */
  leader: z._default(z.boolean(), false),
})
const ofSilence = z.object({ ...common, silent: z.string() })
const schema = z.object({
  groups: z.array(z.object({ name: z.string(), rules: z.array(z.union([ofField, ofSilence])) })),
})
export type LogRule = z.infer<typeof ofField> | z.infer<typeof ofSilence>

/** Longer than Juju's longest time between two update-status, an hour. */
const window = '70m'

export function parseLogRules(source: unknown): z.infer<typeof schema> {
  return schema.parse(source)
}

export function printLogRules(
  source: unknown,
  nameGroup: (name: string) => string,
  describe: (rule: LogRule, expr: string) => Rule,
): Groups {
  return {
    groups: parseLogRules(source).groups.map(({ name, rules }) => ({
      name: nameGroup(name),
      rules: rules.map((rule) => describe(rule, printLogQl(rule))),
    })),
  }
}

/** The stream is chosen by the model alone: what is read from /var/log bears the collector's application, not ours. */
export const lines = `{juju_model="${holes.model}",juju_model_uuid="${holes.modelUuid}"} |= \`${lineBegins}\` | json | application="${holes.application}"`

export function printLogQl(rule: LogRule): string {
  if ('silent' in rule) return `absent_over_time(${lines} [${rule.silent}])`
  return printComparison(rule, `${lines} | ${rule.field}!="" | unwrap ${rule.field} [${window}]`)
}

/** Of Loki's samples, or in tests of Prometheus' by the same name. */
export function printComparison(
  { leader, above, below }: z.infer<typeof ofField>,
  samples: string,
  grouping: 'inside' | 'outside' = 'inside',
): string {
  const by = leader ? 'by (application)' : 'by (unit)'
  const last =
    grouping === 'inside' ? `last_over_time(${samples}) ${by}` : `max ${by} (last_over_time(${samples}))`
  return above === undefined ? `${last} < ${below ?? 0}` : `${last} > ${above}`
}
