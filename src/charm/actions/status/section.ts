// What the `status` screen is made of. A capability that has something to tell puts one file here, whose function looks at what was seen and
// gives a section, and one line into sections.ts: nothing else changes.

import type { Charm } from '../../charm.ts'
import type { Observed } from '../../observed.ts'
import type { Condition } from '../../step.ts'

/** What all sections may look at; it was read once, for all of them. */
export interface Asked {
  readonly charm: Charm
  readonly observed: Observed
  /** What is not as it should be, in no order. */
  readonly conditions: readonly Condition[]
  /** What the last hook told beside them. */
  readonly told: readonly Condition[]
}

export interface Section {
  /** One word of the first column, and the key in the JSON. */
  readonly name: string
  /** Lines of `screenWidth` at most: screen.ts makes them so. */
  readonly lines: readonly string[]
  /** The same for programs; no text of it is secret. */
  readonly json: unknown
}

/** `undefined` where there is nothing to tell, as of what is not related. */
export type Describe = (asked: Asked) => Section | undefined | Promise<Section | undefined>
