// What lies ready and can't be installed: the member is not kept from what it had, and the revision is fetched anew.

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, test } from 'node:test'
import { noteBegun, readBegun } from '../../../../src/charm/act/start-record.ts'
import { switchOrStay } from '../../../../src/charm/act/switch-or-stay.ts'
import { decide } from '../../../../src/charm/decide.ts'
import { fetchPath } from '../../../../src/charm/layout.ts'
import { fetchedFolder, readSnapRelease } from '../../../../src/machine/fetched-snap.ts'
import { openStandIns, type StandIns } from '../../machine/stand-in.ts'
import { kinds } from '../observed-changes.ts'
import { atRest, loadedBy, on } from '../plan/workload/at-rest.ts'
import { workloadIn } from './workload-in.ts'

let machine: StandIns
let folder = ''
beforeEach(async () => {
  machine = openStandIns()
  machine.add('systemctl', 'echo LoadState=loaded; echo ActiveState=active')
  folder = await mkdtemp(`${tmpdir()}/switch-or-stay-`)
  const next = `${fetchedFolder(workloadIn(folder).paths)}/next`
  await mkdir(next, { recursive: true })
  await writeFile(`${next}/release.json`, JSON.stringify({ version: '3.6.13', revision: '181' }))
  await writeFile(`${next}/charmed-etcd.snap`, 'spoilt')
})
afterEach(async () => {
  machine[Symbol.dispose]()
  await rm(folder, { recursive: true })
})

const loading = {
  version: '3.6.13',
  revision: '181',
  configuration: 'c',
  authorities: '',
  leaves: [],
  guarded: true,
}

test('what snapd does not install lies ready no more, and no start of it is on record', async () => {
  machine.add('snap', 'case "$1" in install) echo "error: cannot read the snap" >&2; exit 1;; esac')
  const workload = workloadIn(folder)
  await noteBegun(workload, { loading, before: '1', at: 1, halfway: true })
  assert.equal(await switchOrStay(workload, loading, 7), false)
  assert.equal(await readSnapRelease('next', fetchedFolder(workload.paths)), undefined)
  assert.equal(await readBegun(workload), undefined)
  assert.deepEqual(JSON.parse(await readFile(fetchPath(workload), 'utf8')), {
    release: 'snap 181',
    words: 'error: cannot read the snap',
    withdrawn: false,
    at: 7,
  })
})

test('a client of snapd that was killed says nothing of what lies ready', async () => {
  machine.add('snap', 'case "$1" in install) kill -KILL $$;; esac')
  const workload = workloadIn(folder)
  await assert.rejects(switchOrStay(workload, loading, 7), { name: 'CommandFailed' })
  assert.equal((await readSnapRelease('next', fetchedFolder(workload.paths)))?.revision, '181')
})

test('what snapd installs is in force', async () => {
  machine.add('snap', '')
  assert.equal(await switchOrStay(workloadIn(folder), loading, 7), true)
  assert.ok(machine.calls().some((call) => call.startsWith('snap install')))
})

test('a member that is down after that starts with what it had, also in the same hook', () => {
  const before = atRest()
  const workload = { kind: 'snap', version: '3.6.4', archive: undefined, revision: '150' } as const
  const source = {
    kind: 'snap',
    pinned: { version: '3.6.13', channel: '3.6/stable', revision: '181' },
  } as const
  const fetchFailed = { release: 'snap 181', words: 'spoilt', withdrawn: false, at: before.now }
  const stopped = on(
    { ...before, etcd: { kind: 'unasked' } },
    { service: 'inactive', workload, source: { ...source, again: true }, fetchFailed },
    { invocation: '1', begun: undefined },
  )
  const { steps, conditions } = decide({
    ...stopped,
    machine: { ...stopped.machine, loaded: loadedBy(stopped) },
  })
  const start = steps.find((step) => step.kind === 'service/start')
  assert.ok(start?.kind === 'service/start' && !start.switches)
  assert.ok(!kinds(steps).includes('workload/fetch'))
  assert.ok(conditions.some(({ message }) => message.includes("can't be fetched (spoilt)")))
})
