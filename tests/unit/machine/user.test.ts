import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { lookUpUser } from '../../../src/machine/user.ts'

describe('a system user', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'user-test-'))
    const lines = [
      'root:x:0:0:root:/root:/bin/sh',
      'etcd2:x:7:7::/:/bin/false',
      'etcd:x:998:997:etcd:/:/bin/false',
    ]
    await writeFile(join(folder, 'passwd'), `${lines.join('\n')}\nbroken\n`)
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('is found by its whole name', async () => {
    assert.deepEqual(await lookUpUser('etcd', join(folder, 'passwd')), { uid: 998, gid: 997 })
  })

  it('may be root', async () => {
    assert.deepEqual(await lookUpUser('root', join(folder, 'passwd')), { uid: 0, gid: 0 })
  })

  it('is missing where no line is its own, a broken one included', async () => {
    for (const name of ['etc', 'broken', ''])
      assert.equal(await lookUpUser(name, join(folder, 'passwd')), undefined)
  })

  it('is missing where there is no list', async () => {
    assert.equal(await lookUpUser('root', join(folder, 'nothing')), undefined)
  })
})
