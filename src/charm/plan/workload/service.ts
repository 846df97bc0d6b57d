// etcd itself on this unit: started once all it needs is there, restarted only for a reason.

import type { Leaf, Ledger } from '../../../interfaces/ledger.ts'
import { certificateNamesAddress } from '../certificates/guards.ts'
import { planIssuing } from '../certificates/signing.ts'
import { noClientIsAheadOfIt, noRequestIsOnItsWay } from '../clients/guards.ts'
import { isInQuestion } from '../cluster/damage.ts'
import { resumptionOf } from '../cluster/data.ts'
import { goesAfter } from '../cluster/leader-last.ts'
import type { Loaded, Observed } from '../../observed.ts'
import type { Start, Step } from '../../step.ts'
import { bystandersOf } from '../trust/bystanders.ts'
import { lockedOut, whyLoadAnew } from '../trust/lock-out.ts'
import { planRevocation } from '../trust/revocation.ts'
import { namesInNoHurry } from '../clients/restless.ts'
import { describeRelease, releaseOf } from '../refresh/release.ts'
import { whyTrustMustGrow, whyTrustMustShrink } from '../trust/trust.ts'
import { planFiles, startFilesOf } from './files.ts'
import { reach } from './held.ts'
import { phaseOf, planForgetting, planWayBack, releaseToRun } from './next-start.ts'
import { type Wanted, wantedWorkload } from './wanted.ts'

export function planService(observed: Observed, ledger: Ledger): readonly Step[] {
  const wanted = wantedWorkload(observed, ledger)
  const back = wanted?.loading ? planWayBack(observed) : []
  if (!wanted || back.length > 0) return back
  return [
    ...planForgetting(observed, wanted.asked),
    ...planFiles(observed, wanted),
    ...planRevocation(observed, wanted.leaves),
    ...planRun(observed, wanted, ledger),
  ]
}

function planRun(observed: Observed, wanted: Wanted, ledger: Ledger): readonly Step[] {
  const { machine } = observed
  const { loading, leaves } = wanted
  if (!loading) return []
  const founding = resumptionOf(observed)
  if (founding) return [{ kind: 'data/resume', loading, founding, why: 'the cluster is founded on its data' }]
  const phase = phaseOf(observed)
  const release = releaseToRun(observed)
  const switches = releaseOf(release ?? {}) !== releaseOf(machine.workload ?? {})
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
  const why = signingComesFirst(observed)
    ? undefined
    : whyRestart(observed, loading, toLoad(wanted, leaves), ledger)
  if (!why) return readmit
  // A refresh has an order of its own.
  const first = isAtHome(observed) && !switches ? goesAfter(observed, loading) : []
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

function whyRestart(
  observed: Observed,
  loading: Loaded,
  leaves: readonly Leaf[],
  ledger: Ledger,
): string | undefined {
  const { loaded, run } = observed.machine
  if (!loaded) return 'it is not known what it runs with'
  // What that restart is to read may lie there already, so that one of etcd's own would read it.
  if (run.begun) return 'a restart was begun, and its hook ended before it was made'
  const lockOut = whyLoadAnew(observed)
  if (lockOut) return lockOut
  if (isInQuestion(observed))
    return 'etcd found its data to differ; at its start it compares it with the others'
  if (loaded.version !== loading.version) return `it runs ${loaded.version}, and is to run ${loading.version}`
  if (releaseOf(loaded) !== releaseOf(loading)) return `it is to run ${describeRelease(releaseOf(loading))}`
  if (loaded.configuration !== loading.configuration) return 'its configuration has changed'
  if (loaded.authorities !== loading.authorities) return 'it must trust other authorities'
  if (!observed.machine.startDefined) return 'systemd is to start it as this version of the charm says'
  const together = noRequestIsOnItsWay.holds(observed) && noClientIsAheadOfIt.holds(observed)
  const shrinks = whyTrustMustShrink(loaded, leaves, bystandersOf(observed), namesInNoHurry(observed, ledger))
  return shrinks ?? (together ? whyTrustMustGrow(observed.machine, leaves) : undefined)
}
