// What is not as it should be, for `juju status`: `<what is missing>; <what to do>`, in lower case.

import { nameRequest } from '../../interfaces/etcd-client.ts'
import type { Leaf, Ledger, LedgerEntry, RefusedEntry } from '../../interfaces/ledger.ts'
import { plainText } from '../../plain-text.ts'
import { certificateNamesAddress } from './clients/guards.ts'
import type { Observed } from '../observed.ts'
import { explainRefusal, isWaiting } from './clients/refusals.ts'
import type { Condition } from '../step.ts'
import { describeAbsences, holdsUp } from './cluster/absence.ts'
import { whyRenewalWaits } from './clients/answers.ts'
import { untold } from './cluster/founding.ts'
import { clientCasConditions } from './trust/client-cas.ts'
import { endOfSuspension } from './clients/end-of-access.ts'
import { lockOutConditions } from './trust/lock-out.ts'
import { healthConditions } from './cluster/health.ts'
import { membersOf, ownMember, peerUrlOf, quorumOf, servesHere, votersOf } from './cluster/members.ts'
import { unitsThatTrust } from './clients/names.ts'
import { describeStart, phaseOf, refusalConditions } from './workload/next-start.ts'
import { rotationConditions } from './certificates/rotation.ts'
import { planQuota } from './workload/quota.ts'
import { describeAbsence, storageAway } from './workload/storage.ts'
import { translationConditions } from './cluster/translation.ts'
import { describeLoss, lostQuorum, startingUnits } from './cluster/quorum.ts'

export function conditionsOf(observed: Observed, ledger: Ledger): readonly Condition[] {
  if (observed.leaving) return [{ status: 'maintenance', message: 'leaving', scope: 'unit' }]
  return [
    ...configuration(observed),
    ...lockOutConditions(observed),
    ...refusalConditions(observed),
    ...unitConditions(observed),
    ...trialConditions(observed),
    ...clusterConditions(observed),
    ...translationConditions(observed),
    ...unstarted(observed),
    ...healthConditions(observed),
    ...clientConditions(observed, ledger),
    ...clientCasConditions(observed),
    ...rotationConditions(observed),
  ]
}

function configuration(observed: Observed): readonly Condition[] {
  const size = Math.ceil(observed.machine.databaseBytes / (1024 * 1024))
  const tooSmall = {
    option: 'quota-backend-bytes',
    remedy: `the database has ${size} MiB already: set it to more, or compact and defragment first`,
  }
  const problems = [...observed.config.problems, ...(planQuota(observed).refused ? [tooSmall] : [])]
  return problems.map(({ option, remedy }) => ({
    status: 'blocked',
    message: `option ${option} is invalid; ${remedy}`,
    scope: 'unit',
  }))
}

/** The first thing that this unit lacks: the rest follows from it. */
function unitConditions(observed: Observed): readonly Condition[] {
  const { machine, peers, etcd } = observed
  const founder = peers?.application.founding?.founder
  const lost = lostQuorum(observed)
  const away = storageAway(observed)
  const own = ownMember(observed)
  const waiting = (message: string): readonly Condition[] => [{ status: 'waiting', message, scope: 'unit' }]
  if (!machine.workload)
    return [{ status: 'maintenance', message: 'etcd is not installed yet', scope: 'unit' }]
  if (away) return waiting(describeAbsence(away))
  if (!peers) return waiting('waiting for the peer relation')
  if (!observed.addresses) return waiting("juju knows no address of this unit; see its machine's network")
  if (!peers.application.authorities)
    return waiting('waiting for the leader to make the certificate authorities')
  if (!peers.application.certificates.has(observed.unit))
    return waiting("waiting for the leader to sign this unit's certificates")
  if (!founder) return waiting(whyNotFounded(observed))
  if (phaseOf(observed) === 'starts')
    return waiting(describeStart(machine.run.begun?.at ?? machine.run.since))
  if (lost) return [{ status: 'blocked', message: describeLoss(lost), scope: 'unit', stake: 'cluster' }]
  if (machine.damage !== undefined) return [describeDamage(machine.damage)]
  const starting = startingUnits(peers).filter((unit) => unit !== observed.unit)
  if (etcd.kind === 'down' && starting.length > 0)
    return waiting(`waiting for etcd to start on ${starting.join(', ')}`)
  if (etcd.kind === 'down') return waiting(`etcd does not answer: ${etcd.why}; see journalctl on the unit`)
  if (own?.learner) return waiting('a learner that has not caught up yet; it votes when it has')
  if (servesHere(observed))
    return certificateNamesAddress.holds(observed)
      ? []
      : waiting('waiting for the leader to sign certificates for its new address')
  if (founder !== observed.unit && !machine.data) return waiting(whyNotAMember(observed, founder))
  return waiting('waiting for etcd to start')
}

/** Clients that were accepted are served on, so that only here is it told. */
function trialConditions({ clients, machine }: Observed): readonly Condition[] {
  if (!machine.workload) return []
  const offers = [...clients.relations.values()].flatMap((seen) =>
    seen.kind === 'requests' ? seen.requests.map(({ certificate }) => certificate) : [],
  )
  const untried = offers.find((offer) => offer.kind === 'untried')
  if (untried?.kind !== 'untried') return []
  const message = `no certificate can be tried here (${plainText(untried.why)}); see that etcdctl runs on the unit`
  return [{ status: 'waiting', message, scope: 'unit' }]
}

function describeDamage(words: string): Condition {
  const remedy =
    'it joins anew once the others have a quorum; where they are gone, run recover-quorum on the leader'
  return { status: 'blocked', message: `etcd can't run on its data (${words}); ${remedy}`, scope: 'unit' }
}

function whyNotFounded(observed: Observed): string {
  const missing = untold(observed)
  if (!observed.leader || missing.length === 0) return 'waiting for the leader to say who founds the cluster'
  return `waiting for ${missing.join(', ')} to tell what data it has; bring it back, or remove its unit with --force`
}

function whyNotAMember(observed: Observed, founder: string): string {
  const members = membersOf(observed)
  if (!members) return `waiting to join: no member answers yet; ${founder} founds the cluster`
  const away = members.filter((member) => member.name !== '' && !member.responds)
  if (away.length > 0)
    return `waiting to join: ${away.map(({ name }) => name).join(', ')} does not answer; bring it back or remove its unit`
  const [joining = 'another unit'] = unstartedUnits(observed)
  return `waiting to join: ${joining} is joining; see its status, or remove it where it does not come`
}

/** Units whose member was added and has not started: those are known by their addresses alone. */
function unstartedUnits(observed: Observed): readonly string[] {
  const nameless = (membersOf(observed) ?? []).filter(({ name }) => name === '')
  return [...(observed.peers?.units ?? [])].flatMap(
    ([
      unit,
      {
        databag: { addresses },
      },
    ]) =>
      addresses && nameless.some(({ peerUrls }) => peerUrls.includes(peerUrlOf(addresses))) ? [unit] : [],
  )
}

/** The leader's to tell: it holds up who joins after it. */
function unstarted(observed: Observed): readonly Condition[] {
  if (!observed.leader) return []
  return unstartedUnits(observed).map((unit) => ({
    status: 'active',
    message: `${unit} was added as a member and has not started; see its status`,
    scope: 'application',
  }))
}

/** What the cluster lacks; the leader's to tell. */
function clusterConditions(observed: Observed): readonly Condition[] {
  const members = membersOf(observed)
  if (!observed.leader || !members) return []
  const voters = votersOf(members)
  const answering = voters.filter((member) => member.responds).length
  if (answering === voters.length) return []
  const spare = answering - quorumOf(voters.length)
  const tolerates = spare > 0 ? `tolerates ${spare} more to fail` : 'tolerates no further failure'
  const away = voters.filter((member) => !member.responds).map(({ name }) => name)
  const message = `${answering} of ${voters.length} members healthy, ${tolerates}; look after ${away.join(', ')}`
  return [{ status: 'active', message, scope: 'application', stake: 'cluster' }]
}

/** Days before its end that a client's certificate is warned about. */
const warningDays = 14

export function expiresSoon({ notBefore, notAfter }: Leaf, now: number): boolean {
  // Short-lived certificates are renewed late in their life as a matter of course.
  const warning = Math.min(warningDays * 24 * 60 * 60 * 1000, (notAfter - notBefore) / 10)
  return notAfter - now < warning
}

/** The application serves: it stays active, with the warning for its message. */
function warnOfExpiry(who: string, { commonName, notAfter }: Leaf): Condition {
  const until = minute(notAfter)
  const message = `${who}: the certificate of ${commonName} expires at ${until} UTC; its owner must renew it`
  return { status: 'active', message, scope: 'application' }
}

/** It goes on by its old certificate, for as long as that is valid. */
function tellWaiting(who: string, { commonName, notAfter }: Leaf, why: string): readonly Condition[] {
  const { message, resolution } = explainRefusal(why, '')
  const until = new Date(notAfter).toISOString().slice(0, 10)
  const told = `${who}: ${message}; ${commonName} goes on until ${until}; ${resolution}`
  return [{ status: 'active', message: told, scope: 'application' }]
}

/** Of a client that goes on working the operator should know; whoever was refused can do nothing before the relation is resumed. */
function tellSuspended(
  who: string,
  relation: number,
  entry: LedgerEntry,
  until: number,
): readonly Condition[] {
  if (entry.state === 'refused') return []
  const { commonName } = entry.leaf
  const [name, end] = [commonName, minute(until)]
  const message = `${who}: suspended, or its consumer does not let go; ${name} keeps its access until ${end} UTC: juju resume-relation ${relation}, or revoke-client common-name=${name} to end it now`
  return [{ status: 'active', message, scope: 'application' }]
}

function minute(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ')
}

/** Whom the next owner of a name waits for. */
function whoTrustsStill({ code, wants }: RefusedEntry, observed: Observed, { departed }: Ledger): string {
  if (code !== 'common-name-leaving') return ''
  const rows = [...departed].filter(([name]) => name.toLowerCase() === wants?.toLowerCase())
  const units = new Set(rows.flatMap(([, { number }]) => unitsThatTrust(number, observed)))
  return units.size === 0 ? '' : ` (waiting for ${[...units].join(', ')})`
}

function clientConditions(observed: Observed, ledger: Ledger): readonly Condition[] {
  if (!observed.leader) return []
  const silent = [...ledger.silent].map(([relation, application]): Condition => {
    const message = `relation ${relation} (${application}): no request; its leader must publish prefix and certificate`
    return { status: 'waiting', message, scope: 'application' }
  })
  const missing = holdsUp(ledger.away, membersOf(observed))
  const whom = missing.size > 0 ? `, waiting for ${describeAbsences(missing)}` : ''
  const asked = [...ledger.entries.values()].flatMap(({ key, entry }): readonly Condition[] => {
    const who = `${nameRequest(key)} (${entry.application})`
    const suspension = ledger.suspensions.get(key.relation)
    if (suspension) return tellSuspended(who, key.relation, entry, endOfSuspension(suspension, observed))
    if (entry.state === 'refused') {
      const { message, resolution } = explainRefusal(entry.code, entry.detail)
      const status = isWaiting(entry.code) ? 'waiting' : 'blocked'
      const waiting = whoTrustsStill(entry, observed, ledger)
      return [{ status, message: `${who}: ${message}${waiting}; ${resolution}`, scope: 'application' }]
    }
    if (entry.waits) return tellWaiting(who, entry.leaf, whyRenewalWaits(entry.waits))
    if (entry.served) return expiresSoon(entry.leaf, observed.now) ? [warnOfExpiry(who, entry.leaf)] : []
    return [
      {
        status: 'waiting',
        message: `${who}: access for ${entry.leaf.commonName} is being set up${whom}`,
        scope: 'application',
      },
    ]
  })
  return [...asked, ...silent]
}
