import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { installSnap, isSnapHeld, readInstalledSnap } from '../../../src/machine/snap.ts'
import { openStandIns, type StandIns } from './stand-in.ts'

let machine: StandIns
beforeEach(() => {
  machine = openStandIns()
})
afterEach(() => machine[Symbol.dispose]())

/** The snap client, with this in its list. */
function listing(row: string | undefined): void {
  const header = 'Name          Version  Rev  Tracking    Publisher    Notes'
  const answer =
    row === undefined
      ? 'echo "error: no matching snaps installed" >&2; exit 1'
      : `echo '${header}'; echo 'charmed-etcd  ${row}'`
  machine.add('snap', `case "$1" in list) ${answer};; esac`)
}

const list = 'snap list charmed-etcd'
const hold = 'snap refresh --hold charmed-etcd'
const seeded = 'snap wait system seed.loaded'
const patience = { attempts: 3, pauseMs: 1 }

describe('installing the snap', () => {
  it('takes it from its channel and holds it', async () => {
    listing(undefined)
    await installSnap({ channel: '3.6/stable' })
    assert.deepEqual(machine.calls(), [seeded, list, 'snap install charmed-etcd --channel=3.6/stable', hold])
  })

  it('takes the revision that is asked for', async () => {
    listing(undefined)
    await installSnap({ channel: '3.6/stable', revision: '34' })
    assert.equal(machine.calls()[2], 'snap install charmed-etcd --channel=3.6/stable --revision=34')
  })

  it('does nothing where it is there and held', async () => {
    listing('3.6.11   34   3.6/stable  canonical**  held')
    await installSnap({ channel: '3.6/stable' })
    await installSnap({ channel: '3.6/stable', revision: '34' })
    assert.deepEqual(machine.calls(), [seeded, list, seeded, list])
  })

  it('holds one that was left unheld by an attempt that died, and only that', async () => {
    listing('3.6.11   34   3.6/stable  canonical**  -')
    await installSnap({ channel: '3.6/stable', revision: '34' })
    assert.deepEqual(machine.calls(), [seeded, list, hold])
  })

  it('holds it before anything else is done with it', async () => {
    listing('3.6.11   34   3.6/stable  canonical**  disabled')
    await installSnap({ channel: '3.6/stable', revision: '38' })
    assert.deepEqual(machine.calls().slice(2), [
      hold,
      'snap enable charmed-etcd',
      'snap refresh charmed-etcd --channel=3.6/stable --revision=38',
    ])
  })

  it('enables one that somebody has disabled', async () => {
    listing('3.6.11   34   3.6/stable  canonical**  disabled,held')
    await installSnap({ channel: '3.6/stable', revision: '34' })
    assert.deepEqual(machine.calls(), [seeded, list, 'snap enable charmed-etcd'])
  })

  it('goes to another revision, which a hold does not keep it from', async () => {
    listing('3.6.11   34   3.6/stable  canonical**  held')
    await installSnap({ channel: '3.6/stable', revision: '38' })
    assert.deepEqual(machine.calls(), [
      seeded,
      list,
      'snap refresh charmed-etcd --channel=3.6/stable --revision=38',
    ])
  })

  for (const trouble of [
    'cannot refresh: snap "charmed-etcd" has "install-snap" change in progress',
    'unable to contact snap store',
  ]) {
    it(`tries again where snapd says: ${trouble}`, async () => {
      const once = `[ -e '${machine.folder}/tried' ] || { touch '${machine.folder}/tried'; echo 'error: ${trouble}' >&2; exit 1; }`
      machine.add(
        'snap',
        `case "$1" in list) echo "error: no matching snaps installed" >&2; exit 1;; install) ${once};; esac`,
      )
      await installSnap({ channel: '3.6/stable' }, patience)
      const installs = machine.calls().filter((call) => call.startsWith('snap install'))
      assert.equal(installs.length, 2)
      assert.equal(machine.calls().at(-1), hold)
    })
  }

  it('fails in snapd’s words where the store can’t be reached after some attempts', async () => {
    machine.add('snap', '[ "$1" = wait ] || { echo "error: unable to contact snap store" >&2; exit 1; }')
    await assert.rejects(installSnap({ channel: '3.6/stable' }, patience), {
      name: 'CommandFailed',
      message: /error: unable to contact snap store$/,
    })
  })
})

describe('whether the snap is held', () => {
  it('is told by its notes, and not known where snapd does not tell', async () => {
    listing('3.6.11   34   3.6/stable  canonical**  held')
    assert.equal(await isSnapHeld(), true)
    listing('3.6.11   34   3.6/stable  canonical**  -')
    assert.equal(await isSnapHeld(), false)
    machine.add('snap', 'echo "error: cannot communicate with server" >&2; exit 1')
    assert.equal(await isSnapHeld(), undefined)
    assert.deepEqual(machine.calls(), [list, list, list])
  })
})

describe('the installed snap', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'snap-test-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('is known by its mount, without a word from snapd', async () => {
    await mkdir(join(folder, '34', 'meta'), { recursive: true })
    await writeFile(join(folder, '34', 'meta', 'snap.yaml'), 'name: charmed-etcd\nversion: 3.10\nepoch: 1\n')
    await symlink('34', join(folder, 'current'))
    assert.deepEqual(await readInstalledSnap(folder), { version: '3.10', revision: '34' })
  })

  it('is not there before it is installed, nor while it is half removed', async () => {
    assert.equal(await readInstalledSnap(join(folder, 'missing')), undefined)
    await symlink('34', join(folder, 'current'))
    assert.equal(await readInstalledSnap(folder), undefined)
  })
})
