// One certificate that etcd's parser refuses stops every member at its next start: so etcd's own tool tries it first. Whatever becomes
// of the trial, it is an answer and no failure of the hook: a stranger's certificate must not keep the leader from the others.

import { DiskFailed } from '../../machine/disk.ts'
import { makeDirectory, removeFile, writeFileAtomic } from '../../machine/file.ts'
import { bundleLoads } from '../../machine/preflight.ts'
import { findWorkload, readInstalled, type Workload } from '../../machine/workload.ts'
import { plainText } from '../../plain-text.ts'
import { createAuthority } from '../../tls/authority.ts'
import { candidatePath } from '../layout.ts'

export type Trial =
  | { readonly kind: 'loads' }
  /** Where another bundle loads: so it is this one's fault. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Nothing loads on this machine now: nobody's certificate is to blame. */
  | { readonly kind: 'untried'; readonly why: string }

/** The last trial of this hook: they take turns, as all of them put what they try in the same place. */
let last: Promise<unknown> = Promise.resolve()

/** Whether etcd would start with this bundle. */
export function tryBundle(
  workload: Workload,
  bundle: string,
  etcdctl = workload.paths.etcdctl,
): Promise<Trial> {
  const load = (text: string) =>
    withCandidate(workload, text, (bundlePath) => bundleLoads({ etcdctl, bundlePath }))
  return tryInTurn(
    () => load(bundle),
    async () => {
      // Nobody looks at its dates.
      const control = await createAuthority({ commonName: 'control', now: new Date(0), years: 1 })
      return load(control.certificate)
    },
  )
}

type Tried<Good> = { readonly kind: Good } | { readonly kind: 'fails'; readonly reason: string }

/** `control` does the same with what is sound, for its failure says that of this one nothing is known. */
export function tryInTurn<Good extends string>(
  attempt: () => Promise<Tried<Good>>,
  control: () => Promise<Tried<Good>>,
): Promise<Trial> {
  const trial = last.then(async (): Promise<Trial> => {
    const tried = await attempt()
    if (!('reason' in tried)) return { kind: 'loads' }
    const other = await control()
    return 'reason' in other ? { kind: 'untried', why: other.reason } : { kind: 'refused', why: tried.reason }
  })
  last = trial.catch(() => undefined)
  return trial
}

/** With a file that etcd's own tool reads, the snap's as well. */
export async function withCandidate<T>(
  workload: Workload,
  text: string,
  attempt: (path: string) => Promise<T>,
): Promise<T | { readonly kind: 'fails'; readonly reason: string }> {
  const path = candidatePath(workload)
  try {
    // A client may come before any of etcd's own files.
    await makeDirectory(workload.paths.tls, { mode: 0o700 })
    await writeFileAtomic(path, text, { mode: 0o600 })
    return await attempt(path)
  } catch (error) {
    return { kind: 'fails', reason: plainText(describe(error)) }
  } finally {
    await removeFile(path)
  }
}

function describe(error: unknown): string {
  if (error instanceof DiskFailed) return error.trouble
  return error instanceof Error ? error.message : String(error)
}

/** Tries a client's certificate alone, before it is accepted. */
export async function tryCertificate(pem: string): Promise<Trial> {
  const workload = await findWorkload()
  if (await readInstalled(workload)) return tryBundle(workload, pem)
  return { kind: 'untried', why: 'etcd is not installed yet' }
}
