// Storage that outlives its unit, by juju's commands.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openModelWith } from './juju-model-with.ts'
import { openStandInJuju } from './stand-in-juju.ts'

const m = ['-m', 'etcd-stories-x'] as const

for (const profile of ['3.6', '4.0'] as const)
  test(`Juju ${profile}: storage stays behind, and goes to a new application and to a new unit`, async () => {
    using juju = openStandInJuju(profile)
    const model = openModelWith({ JUJU_PROFILE: profile })
    assert.deepEqual(await model.storageOf('etcd/leader'), ['data/0'])
    assert.deepEqual(juju.calls().at(-1), ['storage', ...m, '--format=json'])
    await model.removeApplication('etcd', { keepsStorage: true })
    assert.deepEqual(juju.calls().at(-1), ['remove-application', ...m, '--no-prompt', 'etcd'])
    await model.deploy('etcd', { charm: 'etcd', attachStorage: ['data/0'] })
    assert.equal(juju.calls().at(-1)?.at(-1), '--attach-storage=data/0')
    await model.addUnitWith('etcd', 'data/1')
    assert.deepEqual(juju.calls().at(-1), ['add-unit', ...m, 'etcd', '--attach-storage=data/1'])
  })
