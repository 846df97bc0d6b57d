import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Charm } from '../../../../src/charm/charm.ts'
import { observeStorage } from '../../../../src/charm/observe/storage.ts'
import { openJuju, readContext } from '../../../../src/juju/index.ts'
import { workloadOf } from '../../../../src/machine/workload.ts'
import { openStandIns, type StandIns } from '../../machine/stand-in.ts'

describe('whether the storage is there', () => {
  let folder = ''
  let machine: StandIns
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'storage-'))
    machine = openStandIns()
    machine.add('storage-list', `echo '["data/1","data/3"]'`)
  })
  after(async () => {
    machine[Symbol.dispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const charm = (dispatched = 'hooks/config-changed', more: Record<string, string> = {}): Charm => {
    const env = {
      ...process.env,
      JUJU_UNIT_NAME: 'etcd/0',
      JUJU_MODEL_UUID: '5f0a2c6e-0000-4000-8000-000000000000',
      JUJU_CHARM_DIR: folder,
      JUJU_DISPATCH_PATH: dispatched,
      ...more,
    }
    return {
      context: readContext(env),
      juju: openJuju(env),
      now: 0,
      deadline: AbortSignal.abort(),
    }
  }
  /** What every machine has mounted stands for storage that is; the folder of the test, for one that isn't. */
  const see = async (data: string, record: object | undefined, { bare = false, by = charm() } = {}) => {
    const workload = workloadOf('snap')
    const storageRecord = join(folder, 'storage.json')
    await rm(storageRecord, { force: true })
    if (record) await writeFile(storageRecord, JSON.stringify(record))
    return observeStorage(
      by,
      { ...workload, paths: { ...workload.paths, data, storageRecord } },
      async () => bare,
    )
  }
  const seenProc = async (): Promise<string | undefined> => {
    const seen = await see('/proc', undefined)
    return seen.kind === 'here' ? seen.record.mount : undefined
  }

  it('is noted when it is seen for the first time, by the name that Juju gives in its hook', async () => {
    const by = charm('hooks/data-storage-attached', { JUJU_STORAGE_ID: 'data/7' })
    const mount = await seenProc()
    assert.match(mount ?? '', /^proc /)
    assert.deepEqual(await see('/proc', undefined, { by }), {
      kind: 'here',
      record: { unit: 'etcd/0', storage: 'data/7', mount },
      recorded: false,
    })
  })

  it('is as it was noted', async () => {
    const record = { unit: 'etcd/0', storage: 'data/3', mount: await seenProc() }
    assert.deepEqual(await see('/proc', record), { kind: 'here', record, recorded: true })
  })

  it('is another one, and keeps its name as long as Juju lists that, wherever', async () => {
    const seen = await see('/proc', { unit: 'etcd/0', storage: 'data/3', mount: 'ext4 /dev/sdb /' })
    assert.ok(seen.kind === 'here' && !seen.recorded)
    assert.equal(seen.record.storage, 'data/3')
  })

  it('is away where it was mounted and is not', async () => {
    const record = { unit: 'etcd/0', storage: 'data/3', mount: 'ext4 /dev/sdb /' }
    for (const by of [charm(), charm('hooks/start')])
      assert.deepEqual(await see(folder, record, { by }), { kind: 'away', storage: 'data/3', folder })
    assert.equal((await see(join(folder, 'none'), record)).kind, 'away')
  })

  it('is away where etcd has run without a record, and nothing is left', async () => {
    assert.equal((await see(folder, undefined, { bare: true })).kind, 'away')
    assert.equal((await see(folder, undefined)).kind, 'here')
  })

  it('is a plain folder where it always was, and where the record is of a unit that is gone', async () => {
    const record = { unit: 'etcd/0', storage: 'data/3' }
    assert.deepEqual(await see(folder, record, { bare: true }), { kind: 'here', record, recorded: true })
    const other = await see(folder, { unit: 'old/4', storage: 'data/0', mount: 'ext4 /dev/sdb /' })
    assert.equal(other.kind, 'here')
  })
})
