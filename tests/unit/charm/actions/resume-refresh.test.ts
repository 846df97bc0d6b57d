// What an operator may order of a refresh, by what units have found of the release.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeRefresh } from '../../../../src/charm/actions/describe-releases.ts'
import { whyNothingToForce } from '../../../../src/charm/actions/force-refresh-start.ts'
import { findRefresh, refusalOf, whyNot } from '../../../../src/charm/actions/resume-refresh.ts'
import type { Observed } from '../../../../src/charm/observed.ts'
import { partsOf, printRefusals } from '../../../../src/charm/plan/workload/next-start.ts'
import { wantedRelease } from '../../../../src/charm/plan/refresh/release.ts'
import { clusterOf, half, three } from '../plan/refresh/standing.ts'

function ready(): { readonly observed: Observed; readonly release: string } {
  const observed = clusterOf({ units: three('3.5.30'), self: 2, to: '3.5.31' })
  const release = wantedRelease(observed)
  assert.ok(release !== undefined && observed.machine.loaded)
  assert.notEqual(partsOf(observed.machine.loaded).release, release)
  return { observed, release }
}

test('a release that lies ready and that nobody has tried may be ordered', () => {
  const { observed, release } = ready()
  const found = findRefresh(observed)
  assert.equal(typeof found === 'string' ? found : found.standing.wanted, release)
})

test('one that this unit went back from is refused in the words of its status', () => {
  const { observed, release } = ready()
  const refused = { release, words: 'exit code 1', at: 1 }
  const run = { ...observed.machine.run, refused }
  const tried = { ...observed, machine: { ...observed.machine, run } }
  const words =
    'etcd does not run with the tarball (exit code 1) and went back; attach another, or the same again to try once more'
  assert.equal(findRefresh(tried), words)
  assert.equal(describeRefresh(tried), `etcd/2 stays: ${words}`)
})

test('one that another unit went back from names that unit', () => {
  const { observed, release } = ready()
  const own = observed.peers?.units.get('etcd/1')
  assert.ok(observed.peers && own)
  const refuses = printRefusals({ release, words: '', at: 1 })
  const other = { ...own, databag: { ...own.databag, refuses } }
  const units = new Map([...observed.peers.units, ['etcd/1', other]])
  assert.equal(
    findRefresh({ ...observed, peers: { ...observed.peers, units } }),
    'the tarball is not taken: it did not run on etcd/1; attach another, or the same again to try once more',
  )
})

test('a unit that never started is told so, and whose turn it is', () => {
  const observed = clusterOf({
    units: [...three('3.5.30'), { version: '3.5.31', told: { wants: 'new' } }],
    self: 3,
    to: '3.5.31',
    machine: { loaded: undefined },
  })
  assert.equal(
    findRefresh(observed),
    'etcd has not started on etcd/3 yet; see its status; the next to be refreshed is etcd/2',
  )
})

test('one whose etcd is down is told that it must answer first, whatever is ordered', () => {
  const { observed, release } = ready()
  const down: Observed = { ...observed, etcd: { kind: 'down', why: 'it has ended', standing: undefined } }
  const found = findRefresh(down)
  assert.ok(typeof found !== 'string')
  assert.match(
    refusalOf(down, found.ready, { release, health: false }) ?? '',
    /etcd on etcd\/2 must answer first, see its status$/,
  )
})

test('no order skips that a member is away before the first one, and each refusal says what helps', () => {
  const members = (nth: number) => (nth === 0 ? { responds: false } : {})
  const observed = clusterOf({ units: three('3.5.30'), self: 2, to: '3.5.31', members })
  const { prepared } = observed.machine
  const release = wantedRelease(observed)
  assert.ok(prepared && release !== undefined)
  const words = 'etcd-0 does not answer; bring it back or remove its unit, or refresh back'
  const orders = [{ checks: false }, { checks: false, compatibility: false }, { health: false }] as const
  for (const order of orders) assert.equal(refusalOf(observed, prepared, { release, ...order }), words)
})

test('after the first one a member that is away is the operator’s to answer for, and the refusal says how', () => {
  const members = (nth: number) => (nth === 0 ? { responds: false } : {})
  const observed = clusterOf({ units: half('3.5.30', '3.5.31'), self: 1, to: '3.5.31', members })
  const found = findRefresh(observed)
  assert.ok(typeof found !== 'string')
  assert.equal(
    whyNot(observed, found, true),
    'etcd-0 does not answer; bring it back or remove its unit, or refresh back; or run it with check-health-of-refreshed-units=false',
  )
  assert.equal(whyNot(observed, found, false), undefined)
})

test('force-refresh-start orders nothing where no check is skipped, and names those that may be', () => {
  const words =
    'set at least one of check-compatibility, run-pre-refresh-checks to false; otherwise there is nothing to force'
  assert.equal(whyNothingToForce([]), words)
  assert.equal(
    whyNothingToForce(['check-workload-container']),
    `check-workload-container skips nothing on machines; ${words}`,
  )
  assert.equal(whyNothingToForce(['check-workload-container', 'check-compatibility']), undefined)
  assert.equal(whyNothingToForce(['run-pre-refresh-checks']), undefined)
})
