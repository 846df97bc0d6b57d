// What carries out the steps and writes of a plan, by kind. Each capability has its rows; act/act.ts and publish/publish.ts hold all of them,
// and do not compile where one is missing.

import type { Charm } from './charm.ts'
import type { Observed } from './observed.ts'
import type { Step, Write } from './step.ts'

type Kind = (Step | Write)['kind']

export type ByKind<Some extends Kind> = {
  readonly [One in Some]: (
    charm: Charm,
    observed: Observed,
    what: Extract<Step | Write, { readonly kind: One }>,
  ) => Promise<unknown>
}

/** @returns what the row for this kind returns */
export function doByKind<Some extends Kind>(
  rows: ByKind<Some>,
  kind: Some,
  charm: Charm,
  observed: Observed,
  what: Extract<Step | Write, { readonly kind: Some }>,
): Promise<unknown> {
  return rows[kind](charm, observed, what)
}
