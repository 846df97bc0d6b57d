// What makes the writes of a plan, by kind.

import type { Charm } from '../charm.ts'
import type { Observed } from '../observed.ts'
import type { Write } from '../step.ts'

export type Writers<Kind extends Write['kind']> = {
  readonly [K in Kind]: (
    charm: Charm,
    observed: Observed,
    write: Extract<Write, { readonly kind: K }>,
  ) => Promise<unknown>
}
