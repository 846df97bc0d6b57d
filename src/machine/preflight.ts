// etcd refuses to start with a trust bundle that it can't parse. etcdctl parses with the same code in a few milliseconds, so
// it tries every bundle before etcd does. What it prints of a certificate is the certificate's author's: no verdict hangs on it.

import { plainText } from '../plain-text.ts'
import { CommandFailed, CommandMissing, run } from './process.ts'

export type BundleTried =
  /** etcdctl read it and went on to connect. */
  | { readonly kind: 'loads' }
  /** It ended before, or in a way of its own: the bundle's fault, or this machine's. */
  | { readonly kind: 'fails'; readonly reason: string }

export interface BundleToTry {
  readonly etcdctl: string
  readonly bundlePath: string
}

/** Nobody listens at this endpoint: a bundle that loads ends in a failure to connect, one that doesn't in its own error. */
const endpoint = 'https://127.0.0.1:1'
const nowhere = ['--endpoints', endpoint, '--command-timeout', '100ms', 'endpoint', 'status']

export async function bundleLoads({ etcdctl, bundlePath }: BundleToTry): Promise<BundleTried> {
  try {
    await run(etcdctl, ['--cacert', bundlePath, ...nowhere], { timeoutMs: 20_000 })
  } catch (error) {
    if (error instanceof CommandFailed) return readVerdict(error)
    if (error instanceof CommandMissing) return { kind: 'fails', reason: plainText(error.message) }
    throw error
  }
  return { kind: 'fails', reason: 'something answers etcdctl at port 1 of loopback' }
}

/**
 * Where it reached nobody it ends with 1 and says whom it asked: only with both it has read the bundle. The 1 alone is also how snap ends
 * when it can't start etcdctl at all.
 */
function readVerdict({ exitCode, how, stderr }: CommandFailed): BundleTried {
  const asked = exitCode === 1 && stderr.includes(`Failed to get the status of endpoint ${endpoint} `)
  if (asked) return { kind: 'loads' }
  const [, told = ''] = /^Error: (.*)/m.exec(stderr) ?? []
  return { kind: 'fails', reason: plainText(told || `etcdctl ${how}`) }
}
