// On the emulator alone: only Juju 4.0 takes an empty text for a value, and a controller may be of another version.
// An option set to nothing, which Juju 4.0 hands on as an empty text: it is named, and what was in force stays.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archives, lookAtEtcd, openWorld } from './world.ts'

test('an option set to nothing is named with its remedy, restarts nobody, and is over once it has a value', async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd })
  await model.settle()
  const starts = async (): Promise<number> => (await lookAtEtcd(model)).starts
  const before = await starts()
  model.config('etcd', { 'quota-backend-bytes': '', 'log-level': '' })
  await model.settle()
  const { status, message } = model.unit('etcd/0').workload
  assert.equal(status, 'blocked')
  assert.match(
    message,
    /^option (log-level|quota-backend-bytes) is invalid; set it to .* \(\+1 more: run status\)$/,
  )
  assert.equal(await starts(), before)
  model.config('etcd', { 'quota-backend-bytes': 'auto', 'log-level': 'info' })
  await model.settle()
  assert.deepEqual(model.unit('etcd/0').workload, { status: 'active', message: '' })
  assert.equal(await starts(), before)
})
