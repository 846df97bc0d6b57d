// `juju run etcd/leader downgrade-cluster confirm=true`: etcd is asked to keep to what the earlier line reads. Then a refresh to a
// release of that line is let through, member by member, like any other.

import { typed } from '../../juju/index.ts'
import { askDowngrade } from '../act/downgrade.ts'
import type { Charm } from '../charm.ts'
import type { Observed } from '../observed.ts'
import { askClusterVersion } from '../open-admin.ts'
import { membersOf } from '../plan/cluster/members.ts'
import { failedCheck } from '../plan/refresh/checks.ts'
import { lineOf, minorOf } from '../plan/refresh/versions.ts'
import { observe } from '../reconcile.ts'
import { whyNotAsLeader } from './on-leader.ts'

const after =
  'give it etcd of that line: refresh to a revision of the charm that pins one, set etcd-snap-revision, or attach its tarball; members go one by one, and etcd ends the job itself'

const example = typed('target', '3.5')

export async function downgradeCluster(charm: Charm): Promise<void> {
  const { juju } = charm
  const { target, confirm, cancel } = await juju.actionParameters()
  const observed = await observe(charm)
  const elsewhere = whyNotAsLeader(charm, observed)
  if (elsewhere !== undefined) return juju.actionFail(elsewhere)
  const cluster = await askClusterVersion()
  if (cluster === undefined)
    return juju.actionFail('etcd on this unit does not tell its version now; try again')
  await juju.actionSet({ 'cluster-version': cluster, members: describeLines(observed) })
  if (cancel === true) return takeBack(charm, observed)
  const refusal = typeof target === 'string' ? whyNot(observed, cluster, target) : `say ${example}`
  if (refusal !== undefined || typeof target !== 'string') return juju.actionFail(refusal ?? '')
  if (lineOf(cluster) === target)
    return juju.actionSet({ done: 'nothing: the downgrade is enabled already', next: after })
  const refused = await askDowngrade('validate', target)
  if (refused !== undefined) return juju.actionFail(`etcd refuses: ${refused}`)
  if (confirm !== true)
    return juju.actionSet({
      done: 'nothing; etcd says that it may',
      outcome: `all members keep to what etcd ${target} reads, and go on as they run; ${after}`,
      next: 'run it again with confirm=true',
    })
  const failed = await askDowngrade('enable', target)
  if (failed !== undefined) return juju.actionFail(`etcd refuses: ${failed}`)
  await juju.actionSet({
    done: `the downgrade to ${target} is enabled`,
    next: after,
    back: 'run it with cancel=true',
  })
}

async function takeBack({ juju }: Charm, observed: Observed): Promise<void> {
  // The cluster's version is lowered some seconds after etcd was asked for it, so that it is no sign that nobody was asked.
  const lines = linesOf(observed)
  const lowest = Math.min(...lines)
  if (lines.some((line) => line > lowest))
    return juju.actionFail(
      `a member runs etcd 3.${lowest} already, so it can't be taken back; refresh to the later release instead`,
    )
  const refused = await askDowngrade('cancel')
  if (refused !== undefined) return juju.actionFail(`etcd refuses: ${refused}`)
  await juju.actionSet({ done: 'the downgrade is taken back' })
}

function linesOf(observed: Observed): readonly number[] {
  return (membersOf(observed) ?? []).flatMap(({ status }) => (status ? [minorOf(status.version)] : []))
}

function describeLines(observed: Observed): string {
  const rows = (membersOf(observed) ?? []).map(
    ({ name, status }) => `${name}: ${status?.version ?? 'does not answer'}`,
  )
  return rows.join('\n') || 'unknown'
}

function whyNot(observed: Observed, cluster: string, target: string): string | undefined {
  if (!/^3\.\d+$/.test(target)) return `target ${target} is no line of etcd; say ${example}`
  const failed = failedCheck(observed)
  if (failed !== undefined) return `refused: ${failed}`
  const lines = linesOf(observed)
  if (lines.some((line) => line !== minorOf(`${target}.0`) + 1))
    return `refused: etcd goes down one line at a time, with all members on the next one; cluster version ${cluster}`
  return undefined
}
