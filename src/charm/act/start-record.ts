// What is on disk about the starts of etcd: one that was begun, what the running etcd read, what it did not run with. A start is on
// record before it is made, so that whoever finds it going on waits for it, whatever became of the hook that began it.

import { parseJsonText, printJsonText } from '../../interfaces/json-text.ts'
import { makeDirectory, readTextIfExists, removeFile, writeFileAtomic } from '../../machine/file.ts'
import { readService, stopService } from '../../machine/service.ts'
import { findWorkload, type Workload } from '../../machine/workload.ts'
import { begunPath, loadedPath, refusedPath } from '../layout.ts'
import { begunSchema, refusedSchema } from '../observe/loaded-record.ts'
import type { Begun, Loaded, Refused, StartPart } from '../observed.ts'
import { goesBack } from '../plan/workload/next-start.ts'
import { endDoubt } from './claim-data.ts'
import { keepProven } from './proven-files.ts'

export async function noteBegun(workload: Workload, begun: Begun): Promise<void> {
  await write(workload, begunPath(workload), begun)
}

export async function readBegun(workload: Workload): Promise<Begun | undefined> {
  return parseJsonText(begunSchema, await readTextIfExists(begunPath(workload)))
}

/** Stopped on purpose, it has not failed with what it was started with. */
export async function stopEtcd(workload: Workload, how: { readonly disable?: boolean } = {}): Promise<void> {
  await stopService(workload.service, how)
  await forgetBegun(workload)
}

export async function forgetBegun(workload: Workload): Promise<void> {
  await removeFile(begunPath(workload))
}

/**
 * It serves: what it was begun with is what it runs with, and what it can go back to; what it came back from is refused from now on. Who dies on the way does this again. Where a machine
 * lost its power half way, the next look finds that nobody knows what it runs with, and restarts it.
 */
export async function confirmStart(workload: Workload, { keeps = true } = {}): Promise<void> {
  const begun = await readBegun(workload)
  if (!begun) return
  if (begun.halfway) {
    await removeFile(loadedPath(workload))
    await forgetBegun(workload)
    return
  }
  await endDoubt(workload, await readInvocation(workload))
  if (keeps) await keepProven(workload)
  await write(workload, loadedPath(workload), begun.loading)
  if (begun.refuses && !goesBack(begun)) await noteRefused(workload, begun.refuses)
  await forgetBegun(workload)
}

/** systemd's id of the start that etcd runs since, or of its last one. */
export async function readInvocation(workload: Workload): Promise<string> {
  const service = await readService(workload.service)
  return service.kind === 'absent' ? '' : service.invocation
}

export async function recordLoaded(loaded: Loaded): Promise<void> {
  const workload = await findWorkload()
  await write(workload, loadedPath(workload), loaded)
}

async function noteRefused(workload: Workload, refused: Refused): Promise<void> {
  await write(workload, refusedPath(workload), { ...(await readRefused(workload)), ...refused })
}

export async function forgetRefused(part: StartPart): Promise<void> {
  const workload = await findWorkload()
  const refused = await readRefused(workload)
  if (!refused) return
  const kept: Refused = { ...refused, [part]: undefined }
  if (kept.release === undefined && kept.settings === undefined && kept.trust === undefined)
    await removeFile(refusedPath(workload))
  else await write(workload, refusedPath(workload), kept)
}

async function readRefused(workload: Workload): Promise<Refused | undefined> {
  return parseJsonText(refusedSchema, await readTextIfExists(refusedPath(workload)))
}

async function write({ paths }: Workload, path: string, content: unknown): Promise<void> {
  await makeDirectory(paths.state, { mode: 0o700 })
  await writeFileAtomic(path, printJsonText(content), { mode: 0o600 })
}
