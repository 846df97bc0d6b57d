// etcd's own downgrade job, which its later lines have and the client library does not know: so etcdctl asks for it, with the
// administrator's files. While it is enabled, all members keep to what the earlier line reads; etcd ends it when all of them run that line.

import { CommandFailed, run } from '../../machine/process.ts'
import { findWorkload } from '../../machine/workload.ts'
import { plainText } from '../../plain-text.ts'
import { keyPath, pathOf } from '../layout.ts'
import { askClusterVersion, ownEndpoint } from '../open-admin.ts'
import { Waiting } from '../outcome.ts'
import { pause } from './take-turn.ts'

export type DowngradeVerb = 'validate' | 'enable' | 'cancel'

/** etcd's words where it refuses; `undefined` where it does not. */
export async function askDowngrade(verb: DowngradeVerb, line = ''): Promise<string | undefined> {
  const workload = await findWorkload()
  const files = [
    `--cacert=${pathOf(workload, 'server-authority')}`,
    `--cert=${pathOf(workload, 'admin-certificate')}`,
    `--key=${keyPath(workload, 'admin')}`,
  ]
  const words = ['downgrade', verb, ...(line === '' ? [] : [line])]
  try {
    await run(workload.paths.etcdctl, [`--endpoints=${ownEndpoint}`, ...files, ...words], {
      timeoutMs: 20_000,
    })
    return undefined
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error
    return plainText(/^Error: (.*)/m.exec(error.stderr)?.[1] ?? error.how)
  }
}

/** Members agree on the later line a few seconds after that. */
const agreeWithin = 10_000

export async function cancelDowngrade(): Promise<void> {
  const before = await askClusterVersion()
  const refused = await askDowngrade('cancel')
  if (refused !== undefined && !/no (inflight|downgrade)/.test(refused))
    throw new Waiting(`etcd's downgrade can't be taken back now: ${refused}`)
  for (const until = performance.now() + agreeWithin; performance.now() < until; await pause())
    if ((await askClusterVersion()) !== before) return
  throw new Waiting('waiting for the members to agree on their later line again')
}
