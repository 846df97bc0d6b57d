// How many cases: a thousand in the gate; as many as there is time for with `make fuzz SECONDS=…`.

const seconds = Number(process.env.FUZZ_SECONDS ?? 0)

export function howLong(share: number): {
  readonly numRuns: number
  readonly interruptAfterTimeLimit?: number
} {
  if (!(seconds > 0)) return { numRuns: 1_000 }
  return { numRuns: 1_000_000_000, interruptAfterTimeLimit: seconds * 1_000 * share }
}
