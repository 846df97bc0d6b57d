// One certificate that etcd's parser refuses stops every member at its next start: so etcd's own tool tries it first.

import { makeDirectory, removeFile, writeFileAtomic } from '../machine/file.ts'
import { bundleLoads } from '../machine/preflight.ts'
import { readInstalled, type Workload } from '../machine/workload.ts'
import { candidatePath } from './layout.ts'
import { findWorkload } from './observe-machine.ts'
import { Waiting } from './outcome.ts'

/** The last trial of this hook: they take turns, as all of them put what they try in the same place. */
let last: Promise<unknown> = Promise.resolve()

/** Why etcd would not start with this bundle; `undefined` where it would. */
export function tryBundle(workload: Workload, bundle: string): Promise<string | undefined> {
  const trial = last.then(() => tryNow(workload, bundle))
  last = trial.catch(() => undefined)
  return trial
}

async function tryNow(workload: Workload, bundle: string): Promise<string | undefined> {
  const path = candidatePath(workload)
  // A client may come before any of etcd's own files.
  await makeDirectory(workload.paths.tls, { mode: 0o700 })
  await writeFileAtomic(path, bundle, { mode: 0o600 })
  try {
    const tried = await bundleLoads({ etcdctl: workload.paths.etcdctl, bundlePath: path })
    return tried.ok ? undefined : tried.reason
  } finally {
    await removeFile(path)
  }
}

/** Tries a client's certificate alone, before it is accepted. */
export async function tryCertificate(pem: string): Promise<string | undefined> {
  const workload = await findWorkload()
  if (!(await readInstalled(workload)))
    throw new Waiting('etcd is not installed yet; clients are looked at when it is')
  return tryBundle(workload, pem)
}
