// The machine as it is now: what is installed, which of our files are there, what the running etcd read at its start.

import * as z from 'zod/mini'
import { judgeLog } from '../../etcd/judge-log.ts'
import { readRaftPosition } from '../../etcd/write-ahead-log.ts'
import { digest } from '../../interfaces/digest.ts'
import { type Purpose, purposes } from '../../interfaces/etcd-peers.ts'
import { parseJsonText } from '../../interfaces/json-text.ts'
import { readCapacity, sizeOf } from '../../machine/capacity.ts'
import { isServiceDefined } from '../../machine/define-service.ts'
import { exists, readBytesIfExists, readTextIfExists } from '../../machine/file.ts'
import { readInstalledBinaries } from '../../machine/installed-binaries.ts'
import { findOccupant } from '../../machine/occupant.ts'
import { rememberedDigestOf } from '../../machine/remembered-digest.ts'
import { lastRunLog, readService } from '../../machine/service.ts'
import { findWorkload, type Installed, readInstalled, type Workload } from '../../machine/workload.ts'
import { publicKeyOf } from '../../tls/key.ts'
import { ToolError } from '../../juju/errors.ts'
import type { Charm } from '../charm.ts'
import { readUnloadable } from './unloadable-record.ts'
import {
  auditedPath,
  claimPath,
  databasePath,
  fileNames,
  keyPath,
  newClusterPaths,
  loadedPath,
  pathOf,
  raftLogPath,
  revocationPath,
  revokedPath,
  tarballPath,
} from '../layout.ts'
import { claimSchema } from './claim-record.ts'
import { observeRestore } from './restore.ts'
import { readBackupRecords } from './backup/records.ts'
import { observeStorage } from './storage.ts'
import { loadedSchema } from './loaded-record.ts'
import { observeRun } from './run.ts'
import type { Audited, FileName, Loaded, MachineSeen, SourceSeen, WorkloadSeen } from '../observed.ts'

/** Hooks in which the machine may have another size than before, the database may need it, or the option asks for it anew. */
const resizes: ReadonlySet<string> = new Set(['config-changed', 'start', 'update-status', 'upgrade-charm'])

function asksForRoom({ context: { hook } }: Charm): boolean {
  return hook.kind === 'action' && hook.name === 'defragment'
}

export async function observeMachine(charm: Charm): Promise<MachineSeen> {
  const workload = await findWorkload()
  const installed = await readInstalled(workload)
  const [source, files, loaded, occupant, prepared] = await Promise.all([
    observeSource(charm, workload, installed !== undefined),
    observeFiles(workload),
    observeLoaded(workload, installed),
    findOccupant(workload.paths.state),
    observePrepared(workload),
  ])
  const isBare = async (): Promise<boolean> =>
    occupant === charm.context.unit && loaded !== undefined && !(await hasData(workload))
  // It may be waited for: so what lies on it is looked at later.
  const storage = await observeStorage(charm, workload, isBare)
  const looks =
    files.configuration === undefined || resizes.has(charm.context.hook.name) || asksForRoom(charm)
  const [keys, revoked, audited, data, databaseBytes, capacity, service, beside, start] = await Promise.all([
    observeKeys(workload),
    observeRevoked(workload),
    observeAudited(workload),
    storage.kind === 'here' && hasData(workload),
    sizeOf(databasePath(workload)),
    looks ? readCapacity(workload.paths.data) : undefined,
    installed ? readService(workload.service) : undefined,
    isServiceDefined(workload, undefined, { start: false }),
    isServiceDefined(workload),
  ])
  const releases = [installed, prepared].flatMap((release) => release?.version ?? [])
  return {
    ...(await observeData(workload, data, service?.kind === 'active')),
    ...(await observeRestore(workload, service?.kind === 'active')),
    damage: data && service && service.kind !== 'active' ? await readDamage(workload) : undefined,
    source,
    workload: installed && { kind: workload.kind, version: installed.version, archive: installed.digest },
    prepared,
    files,
    keys,
    unloadable: await readUnloadable(workload, releases),
    revoked,
    loaded,
    audited,
    storage,
    databaseBytes,
    capacity,
    service: service?.kind ?? 'absent',
    run: await observeRun(workload, service),
    serviceDefined: beside && occupant === charm.context.unit,
    startDefined: start,
    occupant,
    backup: await readBackupRecords(),
  }
}

/** A copy that is whole and not in its place yet counts: whoever died on the way goes on with it. */
async function hasData(workload: Workload): Promise<boolean> {
  return (await exists(raftLogPath(workload))) || (await exists(newClusterPaths(workload).whole))
}

/** A running etcd says better than its files how far it is. */
async function observeData(
  workload: Workload,
  data: boolean,
  runs: boolean,
): Promise<Pick<MachineSeen, 'data' | 'claim' | 'position'>> {
  if (!data) return { data, claim: undefined, position: undefined }
  const claim = parseJsonText(claimSchema, await readTextIfExists(claimPath(workload)))
  if (runs) return { data, claim, position: undefined }
  return { data, claim, position: (await readRaftPosition(raftLogPath(workload))) ?? 'unreadable' }
}

async function readDamage({ service }: Workload): Promise<string | undefined> {
  const verdict = judgeLog(await lastRunLog(service))
  return verdict?.ending === 'damaged' ? verdict.words : undefined
}

/** Juju is asked for the tarball only where the answer matters: nothing installed, or another tarball may be attached. */
async function observeSource(
  { context, juju }: Charm,
  workload: Workload,
  installed: boolean,
): Promise<SourceSeen> {
  const { name } = context.hook
  const asks = !installed || name === 'upgrade-charm' || name === 'config-changed' || name === 'update-status'
  if (!asks) return { kind: 'unread' }
  try {
    const path = await juju.resourcePath('etcd')
    if (path === undefined) return { kind: 'snap' }
    const digest = await rememberedDigestOf(path, tarballPath(workload))
    return { kind: 'archive', digest, again: name === 'upgrade-charm' }
  } catch (error) {
    if (!(error instanceof ToolError)) throw error
    // Which of the two it is can't be known now, and the snap in place of a tarball would be the wrong one.
    await juju.log('WARNING', `the resource etcd can't be had now: ${error.message}`)
    return { kind: 'unread' }
  }
}

async function observePrepared({ kind }: Workload): Promise<WorkloadSeen | undefined> {
  const next = kind === 'binaries' ? await readInstalledBinaries(undefined, 'next') : undefined
  return next && { kind, version: next.version, archive: next.digest }
}

async function observeFiles(workload: Workload): Promise<Partial<Record<FileName, string>>> {
  const files: Partial<Record<FileName, string>> = {}
  await Promise.all(
    fileNames.map(async (file) => {
      const text = await readTextIfExists(pathOf(workload, file))
      if (text !== undefined) files[file] = text
    }),
  )
  return files
}

async function observeKeys(workload: Workload): Promise<ReadonlyMap<Purpose, string>> {
  const found = await Promise.all(
    purposes.map(async (purpose) => {
      const key = await readTextIfExists(keyPath(workload, purpose))
      return key === undefined ? [] : [[purpose, publicKeyOf(key)] as const]
    }),
  )
  return new Map(found.flat())
}

const revokedSchema = z.object({ list: z.string(), serials: z.array(z.string()) })

/** As it was written, if the list is still that one; otherwise it is as good as not there. */
async function observeRevoked(workload: Workload): Promise<readonly string[] | undefined> {
  const list = await readBytesIfExists(revocationPath(workload))
  const record = parseJsonText(revokedSchema, await readTextIfExists(revokedPath(workload)))
  return list && record?.list === digest(list) ? record.serials : undefined
}

/** Of which tarball it was is not on a record of an older version of the charm. */
async function observeLoaded(
  workload: Workload,
  installed: Installed | undefined,
): Promise<Loaded | undefined> {
  const loaded = parseJsonText(loadedSchema, await readTextIfExists(loadedPath(workload)))
  const archive =
    loaded && (loaded.archive ?? (loaded.version === installed?.version ? installed.digest : undefined))
  return loaded && { ...loaded, ...(archive !== undefined && { archive }) }
}

const auditedSchema = z.object({ revision: z.string(), expected: z.string(), at: z.number() })

async function observeAudited(workload: Workload): Promise<Audited | undefined> {
  return parseJsonText(auditedSchema, await readTextIfExists(auditedPath(workload)))
}
