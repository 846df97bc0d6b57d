import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { readMount } from '../../../src/machine/mount.ts'

describe('what is mounted at a folder', () => {
  let root = ''
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'mount-'))
    await mkdir(join(root, 'data with blanks'))
    await symlink(join(root, 'data with blanks'), join(root, 'data'))
  })
  after(() => rm(root, { recursive: true, force: true }))

  const row = (place: string, after: string, from = '/') =>
    `36 35 8:1 ${from} ${join(root, place)} rw shared:1 - ${after}\n`
  const top = '22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n'
  const place = 'data\\040with\\040blanks'
  const rows = (): readonly (readonly [string, string, string | undefined])[] => [
    ['nothing', top, undefined],
    ['nothing, where only a parent is a mount', top + row('', 'ext4 /dev/sdb rw'), undefined],
    ['nothing, where a folder below is one', top + row(`${place}/inner`, 'ext4 /dev/sdb rw'), undefined],
    ['a disk', top + row(place, 'ext4 /dev/sdb rw'), 'ext4 /dev/sdb /'],
    [
      'a folder of the same disk, as Juju binds it',
      top + row(place, 'ext4 /dev/sda1 rw', '/var/lib/juju/storage/rootfs/0'),
      'ext4 /dev/sda1 /var/lib/juju/storage/rootfs/0',
    ],
    ['the topmost', row(place, 'tmpfs tmpfs rw') + row(place, 'ext4 /dev/sdb rw'), 'ext4 /dev/sdb /'],
    ['nothing yet, where it is to be mounted on demand', row(place, 'autofs systemd-1 rw'), undefined],
  ]
  for (const [nth, [what]] of rows().entries())
    it(`is ${what}`, async () => {
      const [, table = '', expected] = rows()[nth] ?? []
      await writeFile(join(root, 'table'), table)
      assert.equal(await readMount(join(root, 'data'), join(root, 'table')), expected)
    })

  it('is nothing where there is no folder, and is read from this machine', async () => {
    assert.equal(await readMount(join(root, 'none')), undefined)
    assert.equal(await readMount(root), undefined)
    assert.match((await readMount('/proc')) ?? '', /^proc /)
  })
})
