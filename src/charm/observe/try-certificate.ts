// One certificate that etcd's parser refuses stops every member at its next start: so etcd's own tool tries it first. Whatever becomes
// of the trial, it is an answer and no failure of the hook: a stranger's certificate must not keep the leader from the others.

import { makeDirectory, removeFile, writeFileAtomic } from '../../machine/file.ts'
import { type BundleTried, bundleLoads } from '../../machine/preflight.ts'
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
  const trial = last.then(() => tryNow(workload, bundle, etcdctl))
  last = trial.catch(() => undefined)
  return trial
}

async function tryNow(workload: Workload, bundle: string, etcdctl: string): Promise<Trial> {
  const tried = await load(workload, bundle, etcdctl)
  if (tried.kind === 'loads') return tried
  // Nobody looks at its dates.
  const control = await createAuthority({ commonName: 'control', now: new Date(0), years: 1 })
  const other = await load(workload, control.certificate, etcdctl)
  if (other.kind === 'fails') return { kind: 'untried', why: other.reason }
  return { kind: 'refused', why: tried.reason }
}

async function load(workload: Workload, bundle: string, etcdctl: string): Promise<BundleTried> {
  const path = candidatePath(workload)
  try {
    // A client may come before any of etcd's own files.
    await makeDirectory(workload.paths.tls, { mode: 0o700 })
    await writeFileAtomic(path, bundle, { mode: 0o600 })
    return await bundleLoads({ etcdctl, bundlePath: path })
  } catch (error) {
    // A full disk, say.
    return { kind: 'fails', reason: plainText(error instanceof Error ? error.message : String(error)) }
  } finally {
    await removeFile(path)
  }
}

/** Tries a client's certificate alone, before it is accepted. */
export async function tryCertificate(pem: string): Promise<Trial> {
  const workload = await findWorkload()
  if (await readInstalled(workload)) return tryBundle(workload, pem)
  return { kind: 'untried', why: 'etcd is not installed yet' }
}
