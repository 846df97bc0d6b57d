// What does the steps of a plan, by kind.

import type { Charm } from '../charm.ts'
import type { Observed } from '../observed.ts'
import type { Step } from '../step.ts'

export type Doers<Kind extends Step['kind']> = {
  readonly [K in Kind]: (
    charm: Charm,
    observed: Observed,
    step: Extract<Step, { readonly kind: K }>,
  ) => Promise<void>
}
