// A unit on its way out: its member leaves the cluster while it still can, and its etcd stops. It touches nothing else that
// others share, and what it leaves on the storage is intact.

import type { EtcdClient } from '../etcd/client.ts'
import { EtcdFailure } from '../etcd/errors.ts'
import { isNotedLeft, noteLeaving, noteLeft } from '../machine/leaving-note.ts'
import { CommandFailed } from '../machine/process.ts'
import { removeInstallation } from '../machine/remove-installation.ts'
import { startService, stopService } from '../machine/service.ts'
import { findWorkload } from '../machine/workload.ts'
import { act } from './act/act.ts'
import { publish } from './publish/publish.ts'
import { giveLeadershipAway, lockUnlessFull, pause } from './act/take-turn.ts'
import type { Charm } from './charm.ts'
import { findHost } from './find-host.ts'
import { lastVoterStays, quorumSurvivesRemoval } from './plan/cluster/guards.ts'
import { type JujuSeen, observeJuju } from './observe/juju.ts'
import type { MemberSeen, Observed } from './observed.ts'
import { answeringFirst, openAdmin } from './open-admin.ts'
import { endBackup } from './act/backup/note-end.ts'
import { conditionOf, tryTo } from './outcome.ts'
import { dataOf } from './plan/cluster/data.ts'
import { planFarewell } from './plan/cluster/farewell.ts'
import { planLastWord } from './plan/cluster/lost-data.ts'
import { membersOf, ownMember } from './plan/cluster/members.ts'
import { planDeparture } from './plan/cluster/membership.ts'
import { observeHere } from './reconcile.ts'

/**
 * Longer than a departure takes, and shorter than others wait for their turn: who stops without having left takes the quorum along
 * where two were left.
 */
const ttlSeconds = 20

/** `stop`, `remove` and `data-storage-detaching`: etcd must let go of the storage before Juju unmounts it. */
export async function leave(charm: Charm): Promise<void> {
  if ((await findHost(charm)) === undefined) await letGo(charm)
  await charm.juju.setStatus({ status: 'maintenance', message: 'leaving' })
}

async function letGo(charm: Charm): Promise<void> {
  const workload = await findWorkload()
  await noteLeaving(workload.paths.state, charm.context.unit)
  await leaveCluster(charm, workload.paths.state)
  await stopService(workload.service)
  await tidy(charm, () => stopService(workload.service, { disable: true }))
  if (charm.context.hook.name !== 'remove') return
  // What it writes at its end would outlive the unit.
  await endBackup()
  await tidy(charm, () => removeInstallation(workload))
}

/** A disk that takes no writes may be why the unit is removed: what stays on it for that is told, and keeps no unit there. */
async function tidy({ juju }: Charm, work: () => Promise<void>): Promise<void> {
  const condition = await tryTo(work)
  if (condition) await juju.log('WARNING', `files of etcd stay on this machine: ${condition.message}`)
}

/** How long the others may restart one of theirs, or be changing their members. */
const patienceMs = 30_000
/** And how long they may have no quorum: as one of two, it would take it along. A machine reboots within it, mostly. */
const quorumPatienceMs = 90_000

/**
 * Who stops without having left takes the quorum along where two were left, and then nobody can remove its member any more: so it
 * is tried for a while. Where it can't be, the leader removes the member once Juju has no such unit, or goes on without it.
 */
async function leaveCluster(charm: Charm, state: string): Promise<void> {
  const { unit } = charm.context
  const seen = { ...(await observeJuju(charm)), looksAtMembers: true }
  for (const begun = performance.now(); ; await pause()) {
    const attempt = await tryToLeave(charm, seen).catch(keptBy)
    if (attempt.kind === 'left') {
      await noteLeft(state, unit)
      await publish(charm, attempt.observed, planFarewell(attempt.observed))
      return
    }
    // In a hook after that one nobody may be there to ask, and the last word would be wrong.
    if (attempt.kind === 'none') return (await isNotedLeft(state, unit)) ? undefined : tellLast(charm, seen)
    const patience = attempt.quorum ? patienceMs : quorumPatienceMs
    if (performance.now() - begun < patience && !charm.deadline.aborted) continue
    return charm.juju.log('WARNING', `the member stays for now: ${attempt.why}`)
  }
}

/** In the hooks after it, too: what a hook writes that dies is lost. */
async function tellLast(charm: Charm, seen: JujuSeen): Promise<void> {
  const observed = await observeHere(charm, seen)
  await publish(charm, observed, planLastWord(observed, await charm.juju.plannedUnits()))
}

type Attempt =
  /** Now, or in a hook of which Juju knows nothing, since it died. */
  | { readonly kind: 'left'; readonly observed: Observed }
  /** Nobody to leave: its data is all there is. */
  | { readonly kind: 'none' }
  | { readonly kind: 'kept'; readonly why: string; readonly quorum: boolean }

async function tryToLeave(charm: Charm, seen: JujuSeen): Promise<Attempt> {
  const observed = await observeHere(charm, seen)
  if (await lacksQuorum(observed)) return { kind: 'kept', why: whyDown(observed), quorum: false }
  const own = ownMember(observed)
  if (!own) return membersOf(observed) ? { kind: 'left', observed } : { kind: 'none' }
  // Its own etcd ends as soon as it has left, and would let go of no lock then.
  const client = await openAdmin({ endpoints: answeringFirst(observed, own.id) })
  if (!client) return { kind: 'none' }
  await using _closed = client
  // Two that leave at once must not each take the other for the one that stays.
  await using _turn = await lockUnlessFull(charm, client, {
    name: 'departure',
    holder: observed.unit,
    ttlSeconds,
  })
  return await goNow(charm, await observeHere(charm, seen), client)
}

/** By what etcd or the machine fails at. */
function keptBy(error: unknown): Attempt {
  if (!(error instanceof EtcdFailure) && !conditionOf(error)) throw error
  return { kind: 'kept', why: error instanceof Error ? error.message : String(error), quorum: true }
}

/** Its own member may be what they lack: one that died on the way out runs again, as systemd would have it, until it has left. */
async function lacksQuorum(observed: Observed): Promise<boolean> {
  const { etcd, machine } = observed
  if (etcd.kind === 'up' || !hasPeers(observed)) return false
  const died = machine.service === 'failed' && dataOf(observed) === 'ours' && machine.damage === undefined
  if (died) await startAgain()
  return died || (etcd.kind === 'down' && machine.service === 'active')
}

async function startAgain(): Promise<void> {
  const { service } = await findWorkload()
  await startService(service).catch((error: unknown) => {
    if (!(error instanceof CommandFailed)) throw error
  })
}

function whyDown({ etcd }: Observed): string {
  return etcd.kind === 'down' ? etcd.why : 'its etcd has ended'
}

function hasPeers({ peers, unit }: Observed): boolean {
  return [...(peers?.units.keys() ?? [])].some((name) => name !== unit)
}

/** A learner has the data but for the last of it, and votes in place of the last voter as soon as it has all. */
async function makeHeir(charm: Charm, observed: Observed, members: readonly MemberSeen[]): Promise<Attempt> {
  const heir = members.find((member) => member.learner && member.responds)
  if (!heir) return { kind: 'none' }
  const why = 'the last voter leaves'
  await act(charm, observed, [{ kind: 'member/promote', member: heir.id, why }])
  return { kind: 'kept', why: `${heir.name} has just become a voter`, quorum: true }
}

/** The last voter stays what it is, and so does one whose going would cost the others their quorum. */
async function goNow(charm: Charm, observed: Observed, client: EtcdClient): Promise<Attempt> {
  const [own, members] = [ownMember(observed), membersOf(observed)]
  if (!own || !members) return { kind: 'none' }
  if (!lastVoterStays.holds(members, own)) return makeHeir(charm, observed, members)
  const step = planDeparture(members, own)
  if (!step) return { kind: 'kept', why: quorumSurvivesRemoval.because, quorum: true }
  // So that clients wait for no election.
  await giveLeadershipAway(client, members, observed.unit)
  await act(charm, observed, [step])
  return { kind: 'left', observed }
}
