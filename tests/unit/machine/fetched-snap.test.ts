import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import {
  fetchSnap,
  putFetchedSnapInForce,
  putPreviousSnapInForce,
  readSnapRelease,
} from '../../../src/machine/fetched-snap.ts'
import { openStandIns, type StandIns } from './stand-in.ts'

let machine: StandIns
let folder = ''
beforeEach(async () => {
  machine = openStandIns()
  folder = await mkdtemp(join(tmpdir(), 'fetched-test-'))
})
afterEach(async () => {
  machine[Symbol.dispose]()
  await rm(folder, { recursive: true, force: true })
})

const fetches =
  'case "$1" in download) touch "$(echo "$4" | cut -d= -f2)/charmed-etcd.snap";; info) echo "version: 3.6.13 -";; esac'
const withoutFolders = (calls: readonly string[]): readonly string[] =>
  calls.map((call) => call.replaceAll(folder, '…').replace(/\.draft-[0-9a-f-]+/g, 'draft'))

describe('a revision of the snap that is fetched', () => {
  it('lies ready with the version that is in it, and is fetched once', async () => {
    machine.add('snap', fetches)
    await fetchSnap('181', folder)
    await fetchSnap('181', folder)
    assert.deepEqual(await readSnapRelease('next', folder), { version: '3.6.13', revision: '181' })
    assert.deepEqual(withoutFolders(machine.calls()), [
      'snap download charmed-etcd --revision=181 --target-directory=…/draft --basename=charmed-etcd',
      'snap info …/draft/charmed-etcd.snap',
    ])
  })

  it('leaves nothing of a download that fails, nor of one that died', async () => {
    machine.add('snap', 'echo "error: no space left on device" >&2; exit 1')
    await assert.rejects(fetchSnap('181', folder), { name: 'CommandFailed' })
    assert.deepEqual(await readdir(folder), [])
  })

  it('that the store has no more is told apart from a store that fails', async () => {
    machine.add(
      'snap',
      'echo "error: cannot download snap: no snap revision available as specified" >&2; exit 1',
    )
    await assert.rejects(fetchSnap('181', folder), {
      name: 'SnapWithdrawn',
      message: 'the snap store has no revision 181 of charmed-etcd',
    })
  })

  it('takes its place with its signatures, and what was before is on record to go back to', async () => {
    machine.add('snap', fetches)
    await fetchSnap('181', folder)
    await putFetchedSnapInForce({ version: '3.5.30', revision: '130' }, folder)
    // Whose hook died after the switch.
    await putFetchedSnapInForce({ version: '3.6.13', revision: '181' }, folder)
    assert.deepEqual(await readSnapRelease('previous', folder), { version: '3.5.30', revision: '130' })
    await putPreviousSnapInForce(folder)
    assert.deepEqual(withoutFolders(machine.calls()).slice(2, 4), [
      'snap ack …/next/charmed-etcd.assert',
      'snap install …/next/charmed-etcd.snap',
    ])
    assert.equal(machine.calls().at(-1), 'snap refresh charmed-etcd --revision=130')
  })
})
