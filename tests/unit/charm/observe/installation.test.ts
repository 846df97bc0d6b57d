// What is looked at of the installed snap, and in which hooks: snapd's own client takes longer than the rest of an update-status.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Charm } from '../../../../src/charm/charm.ts'
import { observeInstallation } from '../../../../src/charm/observe/installation.ts'
import { openJuju, readContext } from '../../../../src/juju/index.ts'
import { openStandIns } from '../../machine/stand-in.ts'
import { workloadIn } from '../act/workload-in.ts'

const machine = openStandIns()
after(() => machine[Symbol.dispose]())
machine.add('resource-get', 'echo "error: not found" >&2; exit 1')
machine.add('juju-log', '')

function charmIn(hook: string): Charm {
  const env = {
    ...process.env,
    JUJU_UNIT_NAME: 'etcd/0',
    JUJU_MODEL_UUID: '5f0a2c6e-0000-4000-8000-000000000000',
    JUJU_CHARM_DIR: '/nowhere',
    JUJU_DISPATCH_PATH: `hooks/${hook}`,
  }
  return { context: readContext(env), juju: openJuju(env), now: 0, deadline: AbortSignal.abort() }
}

async function isUnheld(hook: string, notes: string): Promise<boolean> {
  machine.add('snap', `echo 'charmed-etcd  3.6.11   34   3.6/stable  canonical**  ${notes}'`)
  const installed = { version: '3.6.11', revision: '34' }
  const { unheld } = await observeInstallation(charmIn(hook), workloadIn('/nowhere'), installed)
  return unheld === true
}

test('that the snap is not held is seen in config-changed and upgrade-charm, and no other hook asks snapd', async () => {
  for (const hook of ['config-changed', 'upgrade-charm']) {
    assert.equal(await isUnheld(hook, '-'), true)
    assert.equal(await isUnheld(hook, 'held'), false)
  }
  const asked = machine.calls().filter((call) => call.startsWith('snap ')).length
  assert.equal(asked, 4)
  assert.equal(await isUnheld('update-status', '-'), false)
  assert.equal(machine.calls().filter((call) => call.startsWith('snap ')).length, asked)
})
