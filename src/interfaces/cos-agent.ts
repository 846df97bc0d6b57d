// `cos_agent`: what a unit tells the collector beside it, a subordinate, in its own databag. The interface has one key for all of it and no
// answer that this charm needs (docs/adr/0038). The text is made when the charm is packed; here its names are filled in.

import { printJsonText } from './json-text.ts'

/** Named as the interface has them. All but the last must be there, or the collector passes over everything. */
export interface Telemetry {
  readonly metrics_alert_rules: Readonly<Record<string, unknown>>
  readonly log_alert_rules: Readonly<Record<string, unknown>>
  /** Each is JSON in base64 of xz. */
  readonly dashboards: readonly string[]
  readonly metrics_scrape_jobs: readonly Readonly<Record<string, unknown>>[]
  /** `snap:slot`, by which the snap lets others read its logs. */
  readonly log_slots: readonly string[]
}

export const configKey = 'config'

/** What stands in the text for what only the model knows. */
export const holes = {
  model: '%%model%%',
  modelUuid: '%%model-uuid%%',
  modelUuidShort: '%%model-uuid-short%%',
  application: '%%application%%',
} as const
type Names = Readonly<Record<keyof typeof holes, string>>

export interface Topology {
  readonly model: string
  readonly modelUuid: string
  readonly application: string
}

/** Juju's names have nothing in them that JSON or PromQL would take for its own. */
const plain = /^[A-Za-z0-9][\w.-]*$/

/** `undefined` where a name is none of Juju's: a text with a hole in it would be taken for a rule that never fires. */
export function fillIn(text: string, { model, modelUuid, application }: Topology): string | undefined {
  const names: Names = { model, modelUuid, modelUuidShort: modelUuid.slice(0, 8), application }
  if (!Object.values(names).every((name) => plain.test(name))) return undefined
  return Object.entries(holes).reduce(
    (filled, [name, hole]) => filled.replaceAll(hole, isName(name) ? names[name] : hole),
    text,
  )
}

function isName(name: string): name is keyof Names {
  return Object.hasOwn(holes, name)
}

export function printTemplate(telemetry: Telemetry): string {
  return printJsonText(telemetry)
}
