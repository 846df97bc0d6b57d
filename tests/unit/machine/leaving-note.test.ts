import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  forgetLeaving,
  isNotedLeaving,
  isNotedLeft,
  noteLeaving,
  noteLeft,
} from '../../../src/machine/leaving-note.ts'

test('that a unit leaves, and that its member has left, are noted of that unit alone, and forgotten together', async (t) => {
  const state = await mkdtemp(join(tmpdir(), 'leaving-'))
  t.after(() => rm(state, { recursive: true }))
  const noted = (unit: string): Promise<readonly boolean[]> =>
    Promise.all([isNotedLeaving(state, unit), isNotedLeft(state, unit)])
  await noteLeaving(state, 'etcd/1')
  assert.deepEqual(await noted('etcd/1'), [true, false])
  await noteLeft(state, 'etcd/1')
  assert.deepEqual(await noted('etcd/1'), [true, true])
  assert.deepEqual(await noted('etcd/2'), [false, false])
  await forgetLeaving(state)
  assert.deepEqual(await noted('etcd/1'), [false, false])
})
