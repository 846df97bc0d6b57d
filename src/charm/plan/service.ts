// etcd itself on this unit: installed, configured whole, started once all it needs is there, restarted only for a reason.

import { digestOfAuthorities } from '../../interfaces/authorities-digest.ts'
import { digest } from '../../interfaces/digest.ts'
import { type ByPurpose, clientCasOf, purposes, type UnitAddresses } from '../../interfaces/etcd-peers.ts'
import type { Leaf, Ledger } from '../../interfaces/ledger.ts'
import { certificateNamesAddress, noClientIsAheadOfIt, noRequestIsOnItsWay } from '../guards.ts'
import type { FileName, Loaded, Observed, WorkloadSeen } from '../observed.ts'
import type { Step } from '../step.ts'
import { type Bootstrap, printConfiguration, settledBootstrap } from './configuration.ts'
import { isInQuestion } from './damage.ts'
import { dataOf, resumptionOf } from './data.ts'
import { planIssuing } from './identity.ts'
import { membersOf, ownMember } from './members.ts'
import { planQuota } from './quota.ts'
import {
  printTruststore,
  serialsToRevoke,
  wantedLeaves,
  whyTrustMustGrow,
  whyTrustMustShrink,
} from './trust.ts'
import { bystandersOf } from './bystanders.ts'

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

/** Installed by this version of the charm or by an older one; in force from the next start on. */
export function planDefinition({ machine }: Observed): readonly Step[] {
  if (!machine.workload || machine.serviceDefined) return []
  return [{ kind: 'service/define', why: 'systemd should treat etcd as this version of the charm says' }]
}

/** All that etcd reads, as it should be. */
export interface Wanted {
  /** The configuration is missing while this unit is no member and can't become one yet. */
  readonly files: Readonly<Partial<Record<FileName, string>>>
  readonly leaves: readonly Leaf[]
  readonly loading: Loaded | undefined
}

/** `undefined` while the leader has not signed this unit's certificates. */
export function wantedWorkload(observed: Observed, ledger: Ledger): Wanted | undefined {
  const { peers, addresses, machine } = observed
  const authorities = peers?.application.authorities
  const own = ownCertificates(observed)
  if (!authorities || !own || !addresses || !machine.workload) return undefined
  const leaves = wantedLeaves(observed, ledger)
  const clientCas = clientCasOf(peers.application)
  const configuration = wantedConfiguration(observed, addresses, machine.workload)
  return {
    files: {
      ...(configuration && { configuration: configuration.text }),
      'peer-authority': authorities.peer,
      'server-authority': authorities.server,
      truststore: printTruststore([authorities.admin, ...clientCas], leaves),
      'peer-certificate': own.peer,
      'server-certificate': own.server,
      'admin-certificate': own.admin,
    },
    leaves,
    loading: configuration && {
      version: machine.workload.version,
      configuration: digest(configuration.settled),
      authorities: digestOfAuthorities(authorities, clientCas),
      leaves: leaves.map(({ fingerprint, serial, commonName }) => ({ fingerprint, serial, commonName })),
      guarded: machine.loaded?.guarded === true,
      quota: planQuota(observed).bytes,
    },
  }
}

interface Configuration {
  readonly text: string
  /** Without what etcd reads only while it has no data: a change to the rest takes a restart. */
  readonly settled: string
}

function wantedConfiguration(
  observed: Observed,
  addresses: UnitAddresses,
  workload: WorkloadSeen,
): Configuration | undefined {
  const founding = observed.peers?.application.founding
  const bootstrap = founding && bootstrapOf(observed, addresses)
  if (!bootstrap) return undefined
  const print = (how: Bootstrap): string =>
    printConfiguration({ observed, addresses, token: founding.token, workload, bootstrap: how })
  return { text: print(bootstrap), settled: print(settledBootstrap(observed, addresses)) }
}

/** How this unit's etcd begins; `undefined` while it has no place in the cluster. */
function bootstrapOf(observed: Observed, addresses: UnitAddresses): Bootstrap | undefined {
  const { unit, peers } = observed
  const members = membersOf(observed)
  const own = ownMember(observed)
  const settled = settledBootstrap(observed, addresses)
  const { founder, born } = peers?.application.founding ?? {}
  if (founder === unit && !born) return { ...settled, state: 'new' }
  const data = dataOf(observed)
  if (data === 'ours' && observed.machine.damage !== undefined) return undefined
  if (data === 'ours') return members && !own ? undefined : settled
  if (data === 'foreign' || founder === undefined) return undefined
  if (members && own?.name === '') {
    const others = members.filter((member) => member.id !== own.id)
    // Those that have not started have no name yet, and etcd compares addresses alone.
    const urls = others.map(({ id, name, peerUrls }) => [name || id, peerUrls] as const)
    return { state: 'existing', members: { ...settled.members, ...Object.fromEntries(urls) } }
  }
  return undefined
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
  return names.flatMap((file): readonly Step[] => {
    const [before, content] = [observed.machine.files[file], wanted.files[file]]
    if (content === undefined || before === content) return []
    const why = before === undefined ? 'it is not there' : 'it should say something else'
    return [{ kind: 'file/write', file, content, why }]
  })
}

function planRevocation(observed: Observed, wanted: Wanted): readonly Step[] {
  const { revoked } = observed.machine
  const serials = serialsToRevoke(observed.machine, wanted.leaves, bystandersOf(observed))
  if (revoked && revoked.join(' ') === serials.join(' ')) return []
  const why = revoked
    ? 'what etcd still trusts and no longer should has changed'
    : 'without it etcd refuses everybody'
  return [{ kind: 'revocation/write', serials, why }]
}

function planRun(observed: Observed, wanted: Wanted): readonly Step[] {
  const { service } = observed.machine
  const { loading, leaves } = wanted
  if (!loading) return []
  const founding = resumptionOf(observed)
  if (founding) return [{ kind: 'data/resume', loading, founding, why: 'the cluster is founded on its data' }]
  if (service !== 'active') return [{ kind: 'service/start', loading, why: 'etcd does not run' }]
  const why = signingComesFirst(observed) ? undefined : whyRestart(observed, loading, leaves)
  if (why) return [{ kind: 'service/restart', loading, why }]
  return isReadmitted(observed, wanted)
    ? [{ kind: 'service/readmit', why: 'its new certificate lets it back among its peers' }]
    : []
}

/** No hook would come to see it back: nobody else has anything to tell it then. */
function isReadmitted({ machine, etcd }: Observed, { files }: Wanted): boolean {
  const here = etcd.kind === 'up' && etcd.here
  return !here && machine.files['peer-certificate'] !== files['peer-certificate']
}

/**
 * A member that has moved is away until the leader has signed for its new address, and no other should go meanwhile: not the leader,
 * which tells what it signs only at its hook's end; and for the moved one a restart is no way back in.
 */
function signingComesFirst(observed: Observed): boolean {
  const { etcd, unit } = observed
  if (etcd.kind !== 'up') return false
  const signs = planIssuing(observed).some(
    (write) => write.kind === 'certificates/sign' && write.unit !== unit,
  )
  return signs || (!etcd.here && !certificateNamesAddress.holds(observed))
}

function whyRestart(observed: Observed, loading: Loaded, leaves: readonly Leaf[]): string | undefined {
  const { loaded } = observed.machine
  if (!loaded) return 'it is not known what it runs with'
  if (isInQuestion(observed))
    return 'etcd found its data to differ; at its start it compares it with the others'
  if (loaded.version !== loading.version) return `it runs ${loaded.version}, installed is ${loading.version}`
  if (loaded.configuration !== loading.configuration) return 'its configuration has changed'
  if (loaded.authorities !== loading.authorities) return 'it must trust other authorities'
  const together = noRequestIsOnItsWay.holds(observed) && noClientIsAheadOfIt.holds(observed)
  const shrinks = whyTrustMustShrink(loaded, leaves, bystandersOf(observed))
  return shrinks ?? (together ? whyTrustMustGrow(loaded, leaves) : undefined)
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
