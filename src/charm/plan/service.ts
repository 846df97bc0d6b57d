// etcd itself on this unit: installed, configured whole, started once all it needs is there, restarted only for a reason.

import { digest } from '../../interfaces/digest.ts'
import { type ByPurpose, purposes } from '../../interfaces/etcd-peers.ts'
import type { Leaf, Ledger } from '../../interfaces/ledger.ts'
import { noRequestIsOnItsWay } from '../guards.ts'
import type { FileName, Loaded, Observed } from '../observed.ts'
import type { Step } from '../step.ts'
import { printConfiguration } from './configuration.ts'
import {
  printTruststore,
  serialsToRevoke,
  wantedLeaves,
  whyTrustMustGrow,
  whyTrustMustShrink,
} from './trust.ts'

export function planInstall(observed: Observed): readonly Step[] {
  const { source, workload } = observed.machine
  if (source.kind === 'unread') return []
  if (source.kind === 'snap') {
    // A tarball that was attached once stays: Juju has no way to detach it.
    return workload ? [] : [{ kind: 'workload/install', from: 'snap', why: 'etcd is not installed' }]
  }
  if (workload?.archive === source.digest) return []
  return [
    {
      kind: 'workload/install',
      from: 'archive',
      why: workload ? 'another tarball is attached' : 'etcd is not installed',
    },
  ]
}

/** All that etcd reads, as it should be; `undefined` while something is still missing. */
export interface Wanted {
  readonly files: Readonly<Record<FileName, string>>
  readonly leaves: readonly Leaf[]
  readonly loading: Loaded
}

export function wantedWorkload(observed: Observed, ledger: Ledger): Wanted | undefined {
  const { peers, machine, addresses } = observed
  const founding = peers?.application.founding
  const authorities = peers?.application.authorities
  const own = ownCertificates(observed)
  if (founding?.founder !== observed.unit || !authorities || !own || !addresses || !machine.workload)
    return undefined
  const kept = observed.config.kind === 'invalid' ? machine.files.configuration : undefined
  const configuration =
    kept ?? printConfiguration({ observed, addresses, token: founding.token, workload: machine.workload })
  const leaves = wantedLeaves(observed, ledger)
  return {
    files: {
      configuration,
      'peer-authority': authorities.peer,
      'server-authority': authorities.server,
      truststore: printTruststore(authorities.admin, leaves),
      'peer-certificate': own.peer,
      'server-certificate': own.server,
      'admin-certificate': own.admin,
    },
    leaves,
    loading: {
      version: machine.workload.version,
      configuration: digest([configuration, authorities.peer, authorities.server].join('\n')),
      leaves: leaves.map(({ fingerprint, serial, commonName }) => ({ fingerprint, serial, commonName })),
      guarded: machine.loaded?.guarded === true,
    },
  }
}

/** The certificates that the leader issued for the keys on this disk. */
function ownCertificates(observed: Observed): ByPurpose | undefined {
  const seen = observed.peers?.units.get(observed.unit)
  const fits = purposes.every((purpose) => {
    const key = observed.machine.keys.get(purpose)
    return key !== undefined && seen?.issued.get(purpose)?.publicKey === key
  })
  return fits ? observed.peers?.application.certificates.get(observed.unit) : undefined
}

export function planService(observed: Observed, ledger: Ledger): readonly Step[] {
  const wanted = wantedWorkload(observed, ledger)
  if (!wanted) return []
  return [...planFiles(observed, wanted), ...planRevocation(observed, wanted), ...planRun(observed, wanted)]
}

function planFiles(observed: Observed, wanted: Wanted): readonly Step[] {
  const names = Object.keys(wanted.files).filter((name): name is FileName => name in wanted.files)
  return names
    .filter((file) => observed.machine.files[file] !== wanted.files[file])
    .map((file) => {
      const why =
        observed.machine.files[file] === undefined ? 'it is not there' : 'it should say something else'
      return { kind: 'file/write', file, content: wanted.files[file], why }
    })
}

function planRevocation(observed: Observed, wanted: Wanted): readonly Step[] {
  const { revoked, loaded } = observed.machine
  const serials = serialsToRevoke(loaded, wanted.leaves)
  if (revoked && revoked.join(' ') === serials.join(' ')) return []
  const why = revoked
    ? 'what etcd still trusts and no longer should has changed'
    : 'without it etcd refuses everybody'
  return [{ kind: 'revocation/write', serials, why }]
}

function planRun(observed: Observed, wanted: Wanted): readonly Step[] {
  const { service } = observed.machine
  const { loading } = wanted
  if (service !== 'active') return [{ kind: 'service/start', loading, why: 'etcd does not run' }]
  const why = whyRestart(observed, wanted)
  return why ? [{ kind: 'service/restart', loading, why }] : []
}

function whyRestart(observed: Observed, { loading, leaves }: Wanted): string | undefined {
  const { loaded } = observed.machine
  if (!loaded) return 'it is not known what it runs with'
  if (loaded.version !== loading.version) return `it runs ${loaded.version}, installed is ${loading.version}`
  if (loaded.configuration !== loading.configuration) return 'its configuration has changed'
  const together = noRequestIsOnItsWay.holds(observed)
  return whyTrustMustShrink(loaded, leaves) ?? (together ? whyTrustMustGrow(loaded, leaves) : undefined)
}

/** Access control: a root user without a password, reached by the admin certificate alone. */
export function planAuthentication(observed: Observed): readonly Step[] {
  const { etcd, machine } = observed
  if (observed.leaving || etcd.kind !== 'up' || etcd.authentication === undefined || !machine.loaded)
    return []
  if (etcd.authentication) {
    const loaded = { ...machine.loaded, guarded: true }
    return machine.loaded.guarded ? [] : [{ kind: 'auth/record', loaded, why: 'access control is on' }]
  }
  return [
    { kind: 'auth/create-root', why: 'access control needs a root user' },
    { kind: 'auth/enable', why: 'access control is off' },
  ]
}
