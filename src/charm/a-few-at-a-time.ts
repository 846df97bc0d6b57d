// Each call to Juju is a process of its own, and each to a store a connection: several run side by side, and never as many as somebody else
// asked for.

const atOnce = 4

/** What `visit` makes of each, in their order. */
export async function aFewAtATime<T, R>(
  all: Iterable<T>,
  visit: (one: T) => Promise<R>,
): Promise<readonly R[]> {
  const rows = [...all]
  const results = new Map<number, R>()
  const queue = rows.entries()
  const work = async (): Promise<void> => {
    for (const [at, one] of queue) results.set(at, await visit(one))
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result)
}
