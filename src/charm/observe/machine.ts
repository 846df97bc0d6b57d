// The machine as it is now: what is installed, which of our files are there, what the running etcd read at its start.

import * as z from 'zod/mini'
import { readHealth } from '../../etcd/health.ts'
import { readRaftPosition } from '../../etcd/write-ahead-log.ts'
import { digest } from '../../interfaces/digest.ts'
import { type Purpose, purposes } from '../../interfaces/etcd-peers.ts'
import { parseJsonText } from '../../interfaces/json-text.ts'
import { readCapacity, sizeOf } from '../../machine/capacity.ts'
import { isServiceDefined } from '../../machine/define-service.ts'
import { exists, readBytesIfExists, readTextIfExists } from '../../machine/file.ts'
import { areKeysGiven } from '../../machine/key-rights.ts'
import { findOccupant } from '../../machine/occupant.ts'
import { readService } from '../../machine/service.ts'
import { findWorkload, type Installed, readInstalled, type Workload } from '../../machine/workload.ts'
import { publicKeyOf } from '../../tls/key.ts'
import type { Charm } from '../charm.ts'
import { certificatesOf } from '../../tls/pem.ts'
import { readUnloadable } from './unloadable-record.ts'
import {
  auditedPath,
  claimPath,
  databasePath,
  doubtPath,
  fileNames,
  newClusterPaths,
  loadedPath,
  pathOf,
  raftLogPath,
  revocationPath,
  revokedPath,
} from '../layout.ts'
import { claimSchema, doubtSchema } from './claim-record.ts'
import { observeRestore } from './restore.ts'
import { readBackupRecords } from './backup/records.ts'
import { readEnding } from './read-ending.ts'
import { readOwnKey } from './own-key.ts'
import { observeRequests } from './requests.ts'
import { observeStorage } from './storage.ts'
import { loadedSchema } from './loaded-record.ts'
import { describeInstalled, observeInstallation } from './installation.ts'
import { metricsUrl } from '../plan/workload/configuration.ts'
import { observeRun } from './run.ts'
import type { Audited, FileName, Loaded, MachineSeen } from '../observed.ts'

/** Hooks in which the machine may have another size than before, the database may need it, or the option asks for it anew. */
const resizes: ReadonlySet<string> = new Set(['config-changed', 'start', 'update-status', 'upgrade-charm'])

function asksForRoom({ context: { hook } }: Charm): boolean {
  return hook.kind === 'action' && hook.name === 'defragment'
}

export async function observeMachine(charm: Charm): Promise<MachineSeen> {
  const workload = await findWorkload()
  const installed = await readInstalled(workload)
  const [releases, files, loaded, occupant] = await Promise.all([
    observeInstallation(charm, workload, installed),
    observeFiles(workload),
    observeLoaded(workload, installed),
    findOccupant(workload.paths.state),
  ])
  const isBare = async (): Promise<boolean> =>
    occupant === charm.context.unit && loaded !== undefined && !(await hasData(workload))
  // It may be waited for: so what lies on it is looked at later.
  const storage = await observeStorage(charm, workload, isBare)
  const looks =
    files.configuration === undefined || resizes.has(charm.context.hook.name) || asksForRoom(charm)
  const versions = [installed, releases.prepared].flatMap((release) => release?.version ?? [])
  const [
    keys,
    revocation,
    audited,
    data,
    databaseBytes,
    capacity,
    given,
    service,
    health,
    beside,
    start,
    unloadable,
    requests,
    backup,
  ] = await Promise.all([
    observeKeys(workload),
    observeRevocation(workload),
    observeAudited(workload),
    storage.kind === 'here' && hasData(workload),
    sizeOf(databasePath(workload)),
    looks ? readCapacity(workload.paths.data) : undefined,
    looks ? areKeysGiven(workload) : true,
    installed ? readService(workload.service) : undefined,
    installed ? readHealth(metricsUrl) : undefined,
    isServiceDefined(workload, undefined, { start: false }),
    isServiceDefined(workload),
    readUnloadable(workload, versions),
    observeRequests(workload),
    readBackupRecords(),
  ])
  const runs = service?.kind === 'active'
  const [onStorage, restore, run] = await Promise.all([
    observeData(workload, data, runs),
    observeRestore(workload),
    observeRun(workload, service, health),
  ])
  return {
    ...onStorage,
    ...restore,
    damage: data && service && !runs ? await readDamage(workload) : undefined,
    ...releases,
    workload: installed && describeInstalled(workload, installed),
    files,
    keys,
    keysAstray: !given,
    unloadable,
    ...revocation,
    loaded,
    audited,
    storage,
    databaseBytes,
    capacity,
    service: service?.kind ?? 'absent',
    run,
    serviceDefined: beside && occupant === charm.context.unit,
    startDefined: start,
    requests,
    occupant,
    backup,
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
): Promise<Pick<MachineSeen, 'data' | 'claim' | 'doubt' | 'position'>> {
  if (!data) return { data, claim: undefined, position: undefined }
  const claim = parseJsonText(claimSchema, await readTextIfExists(claimPath(workload)))
  const doubt = parseJsonText(doubtSchema, await readTextIfExists(doubtPath(workload)))
  if (runs) return { data, claim, doubt, position: undefined }
  return { data, claim, doubt, position: (await readRaftPosition(raftLogPath(workload))) ?? 'unreadable' }
}

async function readDamage(workload: Workload): Promise<string | undefined> {
  const { verdict } = await readEnding(workload)
  return verdict?.ending === 'damaged' ? verdict.words : undefined
}

async function observeFiles(workload: Workload): Promise<Partial<Record<FileName, string>>> {
  const files: Partial<Record<FileName, string>> = {}
  await Promise.all(
    fileNames.map(async (file) => {
      const text = await readTextIfExists(pathOf(workload, file))
      if (text !== undefined) files[file] = isCertificate(file) ? certificatesOf(text) : text
    }),
  )
  return files
}

/** Its key may lie in the same file. */
function isCertificate(file: FileName): boolean {
  return file.endsWith('-certificate')
}

async function observeKeys(workload: Workload): Promise<ReadonlyMap<Purpose, string>> {
  const found = await Promise.all(
    purposes.map(async (purpose) => {
      const key = await readOwnKey(workload, purpose)
      return key === undefined ? [] : [[purpose, publicKeyOf(key)] as const]
    }),
  )
  return new Map(found.flat())
}

const revokedSchema = z.object({
  list: z.string(),
  serials: z.array(z.string()),
  ends: z.optional(z.number()),
})

/** As it was written, if the list is still that one; otherwise it is as good as not there. */
async function observeRevocation(
  workload: Workload,
): Promise<Pick<MachineSeen, 'revoked' | 'revocationEnds'>> {
  const list = await readBytesIfExists(revocationPath(workload))
  const record = parseJsonText(revokedSchema, await readTextIfExists(revokedPath(workload)))
  if (!list || record?.list !== digest(list)) return { revoked: undefined }
  const { serials: revoked, ends } = record
  return { revoked, ...(ends !== undefined && { revocationEnds: ends }) }
}

/** Of which release it was is not on a record of an older version of the charm. */
async function observeLoaded(
  workload: Workload,
  installed: Installed | undefined,
): Promise<Loaded | undefined> {
  const loaded = parseJsonText(loadedSchema, await readTextIfExists(loadedPath(workload)))
  if (!loaded || loaded.archive !== undefined || loaded.revision !== undefined) return loaded
  if (loaded.version !== installed?.version) return loaded
  const { digest: archive, revision } = installed
  return { ...loaded, ...(archive !== undefined && { archive }), ...(revision !== undefined && { revision }) }
}

const auditedSchema = z.object({ revision: z.string(), expected: z.string(), at: z.number() })

async function observeAudited(workload: Workload): Promise<Audited | undefined> {
  return parseJsonText(auditedSchema, await readTextIfExists(auditedPath(workload)))
}
