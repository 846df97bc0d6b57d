// Series as Prometheus would have them of an application kv in model m, in promtool's notation: one value a minute, which is how often
// collectors look unless they are told otherwise.

export const model = { model: 'm', modelUuid: '5f0a2c6e-0000-4000-8000-000000000000', application: 'kv' }

export interface Series {
  readonly metric: string
  readonly unit: string
  readonly labels: Readonly<Record<string, string>>
  readonly values: string
}

/** `of('up', 'kv/0', '1x10')`: ten times 1, after the first one. */
export function of(
  metric: string,
  unit: string,
  values: string,
  labels: Readonly<Record<string, string>> = {},
): Series {
  return { metric, unit, labels, values }
}

/** The same of all three members. */
export function ofAll(
  metric: string,
  values: string,
  labels: Readonly<Record<string, string>> = {},
): readonly Series[] {
  return ['kv/0', 'kv/1', 'kv/2'].map((unit) => of(metric, unit, values, labels))
}

/** A histogram of which so many a minute are quicker than each bound in seconds, and the last is all of them. */
export function histogram(
  metric: string,
  unit: string,
  aMinute: Readonly<Record<string, number>>,
  labels: Readonly<Record<string, string>> = {},
): readonly Series[] {
  return Object.entries(aMinute).map(([le, count]) =>
    of(`${metric}_bucket`, unit, `0+${count}x60`, { ...labels, le }),
  )
}

/** Of another application it is another's alert; so the same series may be printed as one of its own. */
export function printSeries(
  { metric, unit, labels, values }: Series,
  application = model.application,
): { readonly series: string; readonly values: string } {
  const all = {
    juju_model: model.model,
    juju_model_uuid: model.modelUuid,
    juju_application: application,
    juju_unit: unit,
    // As one collector leaves it, the same for all units; and nobody's business.
    instance: '127.0.0.1:2381',
    job: 'of-any-name',
    ...labels,
  }
  const told = Object.entries(all).map(([name, value]) => `${name}="${value}"`)
  return { series: `${metric}{${told.join(',')}}`, values }
}
