// Which certificates of a bundle etcd can't load: by halves, so that one among a thousand takes some twenty trials.

export type Trial =
  | { readonly kind: 'loads' }
  /** Where another bundle loads: so it is this one's fault. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Nothing loads on this machine now: nobody's certificate is to blame. */
  | { readonly kind: 'untried'; readonly why: string }

export interface Unloadable {
  readonly pem: string
  /** etcd's own words. */
  readonly why: string
}

export type Findings =
  | { readonly kind: 'loads' }
  /** Without these it does. */
  | { readonly kind: 'found'; readonly unloadable: readonly Unloadable[] }
  /** Nobody is to blame: nothing can be tried, or it is the bundle as a whole. */
  | { readonly kind: 'unknown'; readonly why: string }

/** A hook has no time for more. */
const mostTrials = 200

export async function findUnloadable(
  pems: readonly string[],
  tryBundle: (bundle: string) => Promise<Trial>,
): Promise<Findings> {
  let trials = 0
  const unloadable: Unloadable[] = []
  const look = async (part: readonly string[]): Promise<Exclude<Findings, { kind: 'found' }> | undefined> => {
    const [first] = part
    if (first === undefined) return undefined
    trials += 1
    if (trials > mostTrials) return { kind: 'unknown', why: 'more certificates are wrong than can be told' }
    const trial = await tryBundle(part.join('\n'))
    if (trial.kind === 'untried') return { kind: 'unknown', why: trial.why }
    if (trial.kind === 'loads') return undefined
    if (part.length === 1) {
      unloadable.push({ pem: first, why: trial.why })
      return undefined
    }
    const before = unloadable.length
    const half = Math.ceil(part.length / 2)
    const problem = (await look(part.slice(0, half))) ?? (await look(part.slice(half)))
    if (problem || unloadable.length > before) return problem
    return { kind: 'unknown', why: trial.why }
  }
  const problem = await look(pems)
  return problem ?? (unloadable.length > 0 ? { kind: 'found', unloadable } : { kind: 'loads' })
}
