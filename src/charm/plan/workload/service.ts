// etcd itself on this unit: installed, configured whole, started once all it needs is there, restarted only for a reason.

import { digestOfAuthorities } from '../../../interfaces/authorities-digest.ts'
import { digest } from '../../../interfaces/digest.ts'
import { type ByPurpose, clientCasOf, purposes } from '../../../interfaces/etcd-peers.ts'
import type { Leaf, Ledger } from '../../../interfaces/ledger.ts'
import { certificateNamesAddress, noClientIsAheadOfIt, noRequestIsOnItsWay } from '../clients/guards.ts'
import type { FileName, Loaded, Observed } from '../../observed.ts'
import type { Start, Step } from '../../step.ts'
import { wantedConfiguration } from '../cluster/bootstrap.ts'
import { isInQuestion } from '../cluster/damage.ts'
import { resumptionOf } from '../cluster/data.ts'
import { holdBack, reach } from './held.ts'
import { planIssuing } from '../certificates/identity.ts'
import { goesAfter } from '../cluster/leader-last.ts'
import { isStartFile, phaseOf, planForgetting, planWayBack, releaseToRun } from './next-start.ts'
import { planQuota } from './quota.ts'
import {
  printTruststore,
  serialsToRevoke,
  wantedLeaves,
  whyTrustMustGrow,
  whyTrustMustShrink,
} from '../trust/trust.ts'
import { bystandersOf } from '../trust/bystanders.ts'
import { lockedOut, whyLoadAnew } from '../trust/lock-out.ts'

/** All that etcd reads, as it should be. */
export interface Wanted {
  /** The configuration is missing while this unit is no member and can't become one yet. */
  readonly files: Readonly<Partial<Record<FileName, string>>>
  readonly leaves: readonly Leaf[]
  readonly loading: Loaded | undefined
  /** `loading`, if nothing of it had been found not to run. */
  readonly asked: Loaded | undefined
}

/** `undefined` while the leader has not signed this unit's certificates. */
export function wantedWorkload(observed: Observed, ledger: Ledger): Wanted | undefined {
  const { peers, addresses, machine } = observed
  const authorities = peers?.application.authorities
  const own = ownCertificates(observed)
  const release = releaseToRun(observed)
  if (!authorities || !own || !addresses || !release) return undefined
  const leaves = wantedLeaves(observed, ledger)
  const clientCas = clientCasOf(peers.application)
  const configuration = wantedConfiguration(observed, addresses, release)
  const files = {
    ...(configuration && { configuration: configuration.text }),
    'peer-authority': authorities.peer,
    'server-authority': authorities.server,
    truststore: printTruststore([authorities.admin, ...clientCas], leaves),
    'peer-certificate': own.peer,
    'server-certificate': own.server,
    'admin-certificate': own.admin,
  }
  if (!configuration) return { files, leaves, loading: undefined, asked: undefined }
  const { version, archive } = release
  const loading: Loaded = {
    version,
    ...(archive !== undefined && { archive }),
    configuration: digest(configuration.settled),
    settings: digest(configuration.shared),
    authorities: digestOfAuthorities(authorities, clientCas),
    leaves: leaves.map(({ fingerprint, serial, commonName }) => ({ fingerprint, serial, commonName })),
    guarded: machine.loaded?.guarded === true,
    quota: planQuota(observed).bytes,
  }
  return { ...holdBack(observed, { files, loading }), leaves, asked: loading }
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
  const back = wanted?.loading ? planWayBack(observed) : []
  if (!wanted || back.length > 0) return back
  return [
    ...planForgetting(observed, wanted.asked),
    ...planFiles(observed, wanted),
    ...planRevocation(observed, wanted),
    ...planRun(observed, wanted),
  ]
}

function planFiles(observed: Observed, wanted: Wanted): readonly Step[] {
  return changedFiles(observed, wanted).flatMap(({ file, before, content }): readonly Step[] => {
    if (!mayChangeNow(observed, wanted, file)) return []
    const why = before === undefined ? 'it is not there' : 'it should say something else'
    return [{ kind: 'file/write', file, content, why }]
  })
}

function changedFiles({ machine }: Observed, { files }: Wanted) {
  const names = Object.keys(files).filter((name): name is FileName => name in files)
  return names.flatMap((file) => {
    const [before, content] = [machine.files[file], files[file]]
    return content === undefined || before === content ? [] : [{ file, before, content }]
  })
}

/**
 * etcd's next start must read what it runs with. So of what a start reads only that is written while etcd runs which is no change to
 * it: the order of authorities, a certificate less, what it passes over as it has data.
 */
function mayChangeNow(observed: Observed, { loading, leaves }: Wanted, file: FileName): boolean {
  const { loaded, service } = observed.machine
  if (!isStartFile(file) || service !== 'active') return true
  if (!loaded || !loading || phaseOf(observed) !== 'runs') return false
  if (file === 'configuration')
    return loaded.version === loading.version && loaded.configuration === loading.configuration
  return loaded.authorities === loading.authorities && !whyTrustMustGrow(loaded, leaves)
}

function startFilesOf(observed: Observed, wanted: Wanted): Start['files'] {
  const changed = changedFiles(observed, wanted).filter(({ file }) => isStartFile(file))
  return Object.fromEntries(changed.map(({ file, content }) => [file, content]))
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
  const { machine } = observed
  const { loading, leaves } = wanted
  if (!loading) return []
  const founding = resumptionOf(observed)
  if (founding) return [{ kind: 'data/resume', loading, founding, why: 'the cluster is founded on its data' }]
  const phase = phaseOf(observed)
  const switches = releaseToRun(observed)?.archive !== machine.workload?.archive
  // Of a member that does not run they were written just before.
  const files = machine.service === 'active' ? startFilesOf(observed, wanted) : {}
  const start: Start = { loading, files, switches }
  if (machine.service !== 'active') return [{ kind: 'service/start', ...start, why: 'etcd does not run' }]
  if (phase === 'served' || (phase === 'starts' && machine.run.begun))
    return [{ kind: 'service/wait', why: 'a start that was begun goes on' }]
  if (phase === 'starts') return []
  const readmit: readonly Step[] = isReadmitted(observed, wanted)
    ? [{ kind: 'service/readmit', why: 'its new certificate lets it back among its peers' }]
    : []
  const why = signingComesFirst(observed) ? undefined : whyRestart(observed, loading, toLoad(wanted, leaves))
  if (!why) return readmit
  const first = isAtHome(observed) ? goesAfter(observed, loading) : []
  if (first.length > 0) return [{ kind: 'service/yield', to: first.join(', '), why }]
  if (isAtHome(observed) || isWayIn(observed, wanted)) return [{ kind: 'service/restart', ...start, why }]
  return readmit.length > 0 ? readmit : [{ kind: 'service/wait-for-quorum', why }]
}

/** Those that are held back are not to be loaded. */
function toLoad({ asked, loading }: Wanted, leaves: readonly Leaf[]): readonly Leaf[] {
  if (!asked || !loading || asked.leaves === loading.leaves) return leaves
  const held = new Set(loading.leaves.map(({ fingerprint }) => fingerprint))
  return leaves.filter(({ fingerprint }) => held.has(fingerprint))
}

/** A member that runs and reaches no quorum is left alone: the others may be lost with it. */
function isAtHome({ etcd }: Observed): boolean {
  return etcd.kind === 'up' && etcd.here
}

/** Unless it is the restart that brings it back: it listens where nobody looks for it, or does not trust its peers. */
function isWayIn(observed: Observed, { files, loading }: Wanted): boolean {
  const { machine } = observed
  const { loaded } = machine
  const [before, wanted] = [machine.files.configuration, files.configuration]
  const reconfigured = loaded?.configuration !== loading?.configuration
  // The same: a hook died before the restart that it had put it there for.
  const laidReady = loaded !== undefined && before === wanted
  const moved = reconfigured && (laidReady || reach(before) !== reach(wanted))
  // Or lets nobody in, and so finds nobody itself.
  if (lockedOut(observed) !== undefined) return true
  return moved || (loaded !== undefined && loaded.authorities !== loading?.authorities)
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
  const lockOut = whyLoadAnew(observed)
  if (lockOut) return lockOut
  if (isInQuestion(observed))
    return 'etcd found its data to differ; at its start it compares it with the others'
  if (loaded.version !== loading.version) return `it runs ${loaded.version}, installed is ${loading.version}`
  if (loaded.archive !== loading.archive) return 'another tarball is attached'
  if (loaded.configuration !== loading.configuration) return 'its configuration has changed'
  if (loaded.authorities !== loading.authorities) return 'it must trust other authorities'
  if (!observed.machine.startDefined) return 'systemd is to start it as this version of the charm says'
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
