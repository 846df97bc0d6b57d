// A rule that no plan may break, with a name and a reason: each capability has a page of them, guards.ts beside its plans.

/** `because` is the line in the docs and, where it holds something up, in the status. */
export interface Guard<Facts extends readonly unknown[]> {
  readonly name: string
  readonly because: string
  readonly holds: (...facts: Facts) => boolean
}
