// etcd refuses to start with a trust bundle that it can't parse. etcdctl parses with the same code in a few milliseconds, so
// it tries every bundle before etcd does.

import { CommandFailed, run } from './process.ts'

export type BundleTried = { readonly ok: true } | { readonly ok: false; readonly reason: string }

export interface BundleToTry {
  readonly etcdctl: string
  readonly bundlePath: string
}

/** Nobody listens at this endpoint: a bundle that loads ends in a failure to connect, one that doesn't in its own error. */
const nowhere = ['--endpoints', 'https://127.0.0.1:1', '--command-timeout', '100ms', 'endpoint', 'status']

export async function bundleLoads({ etcdctl, bundlePath }: BundleToTry): Promise<BundleTried> {
  try {
    await run(etcdctl, ['--cacert', bundlePath, ...nowhere], { timeoutMs: 20_000 })
  } catch (error) {
    if (error instanceof CommandFailed) return readVerdict(error)
    throw error
  }
  throw new Error(`${etcdctl} found an etcd at port 1 of loopback; end whatever listens there`)
}

/** etcdctl ends with 1 where it reached nobody, with 128 and `Error: …` where it never got as far. */
function readVerdict(failure: CommandFailed): BundleTried {
  if (failure.exitCode === 1) return { ok: true }
  const reason = /Error: (.*)/.exec(failure.stderr)?.[1]
  // A bundle that can't be read at all is not the certificates' fault.
  if (reason === undefined || reason.startsWith('open ')) throw failure
  return { ok: false, reason }
}
