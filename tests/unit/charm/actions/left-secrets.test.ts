// A secret that outlived the client whose key it holds: revoke-client-credentials removes it, says so, and in a dry run leaves it.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { tellOfNone } from '../../../../src/charm/actions/credentials/revoke-client-credentials.ts'
import { openJuju } from '../../../../src/juju/index.ts'
import { openStandIns } from '../../machine/stand-in.ts'
import { ledgerOf } from '../observation.ts'

const machine = openStandIns()
after(() => machine[Symbol.dispose]())
for (const tool of ['action-set', 'action-fail', 'secret-remove']) machine.add(tool, '')

const there = `printf '{"9m4e2mr0ui3e8a215n4g":{"revision":1,"label":"ops"}}'`
const absent = `echo "ERROR secret \\"$2\\" not found" >&2; exit 1`
const going = ledgerOf([], { leaving: new Set(['Ops']) })

/** What it called, but for the question. */
async function tells(secret: string, ledger = going, dry = false): Promise<string> {
  machine.add('secret-info-get', secret)
  const before = machine.calls().length
  const env = { ...process.env, JUJU_UNIT_NAME: 'etcd/0', JUJU_MODEL_UUID: 'u', JUJU_CHARM_DIR: '/nowhere' }
  await tellOfNone({ juju: openJuju(env) }, ledger, 'ops', dry)
  return machine
    .calls()
    .slice(before)
    .filter((line) => !line.startsWith('secret-info-get'))
    .join('\n')
}

test('a secret that is left is removed, and both that and why are said', async () => {
  assert.match(
    await tells(there),
    /^secret-remove secret:.*\naction-set outcome=ops is going already; the secret that was left of it is removed\naction-set done=the secret of ops is removed$/,
  )
  assert.match(
    await tells(there, ledgerOf([])),
    /^secret-remove .*\naction-set outcome=no client is called ops;/,
  )
})

test('a dry run says the same, and removes nothing', async () => {
  assert.match(
    await tells(there, going, true),
    /^action-set outcome=ops is going already; the secret that was left of it is removed\naction-set done=nothing next=run it again without dry-run$/,
  )
})

test('where no secret is left, nothing is said to be removed', async () => {
  assert.equal(await tells(absent), 'action-set done=nothing: ops is going already')
  assert.match(
    await tells(absent, ledgerOf([])),
    /^action-fail -- no client credentials have the common name ops/,
  )
})
