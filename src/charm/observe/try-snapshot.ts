// What a snapshot is, found out by running it: it is restored into a folder of its own, etcd is started there on loopback for the
// administrator alone, and asked. Nothing of it is left behind.

import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { readAuthentication } from '../../etcd/access.ts'
import type { EtcdClient } from '../../etcd/client.ts'
import { memberStatus } from '../../etcd/cluster.ts'
import { EtcdTimeout, EtcdUnavailable } from '../../etcd/errors.ts'
import { damageIn, lastWordsOf, type ProgramEnd } from '../../etcd/judge-trial.ts'
import { alarms, hashOfData, readStore } from '../../etcd/maintenance.ts'
import { readSnapshot, type SnapshotFacts } from '../../etcd/snapshot-file.ts'
import { type EtcdApart, startEtcdApart } from '../../machine/etcd-apart.ts'
import { giveFolder, makeDirectory, writeFileAtomic } from '../../machine/file.ts'
import { CommandFailed } from '../../machine/process.ts'
import { restoreSnapshot } from '../../machine/restore-snapshot.ts'
import { lookUpUser } from '../../machine/user.ts'
import { findWorkload, type Workload } from '../../machine/workload.ts'
import { trialFolder } from '../layout.ts'
import { needSpace } from '../need-space.ts'
import { openAdmin } from '../open-admin.ts'
import { Blocked } from '../outcome.ts'
import type { SnapshotTried } from '../plan/restore/verdict.ts'

export interface ToTry {
  readonly path: string
  readonly file: SnapshotFacts
  /** In PEM: whoever holds a certificate of it is let in, and nobody else. */
  readonly adminAuthority: string
  /** It bears no hash of etcd's own, and is taken all the same. */
  readonly raw: boolean
}

export { readSnapshot }

const member = { name: 'trial', peerUrl: 'https://127.0.0.1:2380', token: 'trial' }

/** @throws {Blocked} where it could not be tried, which says nothing of the snapshot */
export async function trySnapshot({ path, file, adminAuthority, raw }: ToTry): Promise<SnapshotTried> {
  const workload = await findWorkload()
  const folder = trialFolder(workload)
  await rm(folder, { recursive: true, force: true })
  await needSpace(workload.paths.data, { databaseBytes: file.size, copies: 1 })
  try {
    await makeDirectory(folder, { mode: 0o700 })
    const dataDir = `${folder}/data`
    await restoreSnapshot(workload, { ...member, snapshot: path, dataDir, raw })
    await using etcd = await runApart({ workload, folder, dataDir, name: member.name, adminAuthority })
    await using client = etcd.client
    return await askWhileItRuns(etcd, client)
  } catch (error) {
    if (error instanceof DoesNotRun) return judge(error.end, error)
    if (!(error instanceof CommandFailed)) throw error
    const end = { how: error.how, byItself: error.exitCode !== undefined, said: error.stderr }
    return judge(end, new Blocked(notTried('etcdutl', end), { cause: error }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function judge(end: ProgramEnd, untried: Blocked): SnapshotTried {
  const words = damageIn(end)
  if (words === undefined) throw untried
  return { kind: 'unusable', words }
}

/** Of data that is damaged etcd may end where it is asked for all of it. */
async function askWhileItRuns(etcd: EtcdApart, client: EtcdClient): Promise<SnapshotTried> {
  try {
    return await ask(client, etcd.endpoint)
  } catch (error) {
    if (!(error instanceof EtcdUnavailable || error instanceof EtcdTimeout)) throw error
    await sleep(endsWithin)
    if (etcd.ended) throw new DoesNotRun(etcd.ended)
    throw new Blocked(
      `etcd runs with the snapshot and does not answer (${error.message}); see that this unit has memory and room for a second etcd, and try again`,
      { cause: error },
    )
  }
}

/** Its connections end before it does. */
const endsWithin = 500

async function ask(client: EtcdClient, endpoint: string): Promise<SnapshotTried> {
  const { revision, keys } = await readStore(client)
  const [status, authentication, raised, hash] = await Promise.all([
    memberStatus(client, endpoint),
    readAuthentication(client),
    alarms(client),
    hashOfData(client, endpoint, String(revision)),
  ])
  const { enabled } = authentication
  const kinds = [...new Set(raised.map(({ kind }) => kind))].sort()
  return {
    kind: 'runs',
    revision,
    keys,
    databaseBytes: status.dbSize,
    authentication: enabled,
    alarms: kinds,
    hash: String(hash.hash),
  }
}

/** An etcd apart ended before it served, or while it was asked. */
export class DoesNotRun extends Blocked {
  readonly end: ProgramEnd
  constructor(end: ProgramEnd) {
    super(notTried('etcd', end))
    this.end = end
  }
}

function notTried(program: string, end: ProgramEnd): string {
  const words = lastWordsOf(end)
  return `${program} ${end.how}${words && `: ${words}`}; see that this unit has memory and room for a second etcd, and try again`
}

export interface ToRunApart {
  readonly workload: Workload
  readonly folder: string
  readonly dataDir: string
  readonly name: string
  readonly adminAuthority: string
}

export interface Running extends EtcdApart {
  readonly client: EtcdClient
}

/** Serves when it returns. @throws {DoesNotRun}, or {@link Blocked} where it takes too long */
export async function runApart({
  workload,
  folder,
  dataDir,
  name,
  adminAuthority,
}: ToRunApart): Promise<Running> {
  const truststore = `${folder}/client-ca.pem`
  await writeFileAtomic(truststore, adminAuthority, { mode: 0o600 })
  const owner = await lookUpUser(workload.user)
  if (owner) await giveFolder(folder, { owner })
  const etcd = await startEtcdApart({ workload, dataDir, name, truststore })
  const client = await openAdmin({ endpoints: [etcd.endpoint], deadlineMs: 60_000 })
  if (!client) {
    await etcd[Symbol.asyncDispose]()
    throw new Blocked('this unit has no admin certificate yet; wait for the hooks of the leader')
  }
  try {
    await untilServes(etcd, client)
  } catch (error) {
    await client[Symbol.asyncDispose]()
    await etcd[Symbol.asyncDispose]()
    throw error
  }
  return {
    endpoint: etcd.endpoint,
    get ended() {
      return etcd.ended
    },
    client,
    [Symbol.asyncDispose]: () => etcd[Symbol.asyncDispose](),
  }
}

/** A database of gigabytes is read whole first. */
const servesWithin = 600_000

async function untilServes(etcd: EtcdApart, client: EtcdClient): Promise<void> {
  for (const until = performance.now() + servesWithin; ; await sleep(50)) {
    if (etcd.ended !== undefined) throw new DoesNotRun(etcd.ended)
    try {
      const status = await memberStatus(client, etcd.endpoint)
      if (status.leader !== undefined) return
    } catch (error) {
      if (!(error instanceof EtcdUnavailable || error instanceof EtcdTimeout)) throw error
    }
    if (performance.now() > until)
      throw new Blocked(
        'etcd did not come to serve the snapshot within ten minutes; see that this unit has memory and room for a second etcd, and try again',
      )
  }
}
