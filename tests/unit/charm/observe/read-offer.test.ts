// The secret that a requirer names by its URI: whatever Juju says to that is said of the request, and fails no hook.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Charm } from '../../../../src/charm/charm.ts'
import { readStores } from '../../../../src/charm/observe/backup/read-store.ts'
import { readOffer } from '../../../../src/charm/observe/read-offer.ts'
import { emptyLedger } from '../../../../src/charm/plan/clients/ledger.ts'
import { NotLeader, openJuju, readContext } from '../../../../src/juju/index.ts'
import { openStandIns } from '../../machine/stand-in.ts'

const machine = openStandIns()
after(() => machine[Symbol.dispose]())
machine.add('juju-log', '')
machine.add('relation-ids', `case "$*" in *s3*) echo '["s3-credentials:3"]';; *) echo '[]';; esac`)
machine.add('relation-list', `echo '"store"'`)

const uri = 'secret://0b2f5c0d-6f0f-4b0e-8c5d-4d4b3a2a1f0e/c000000000000000000g'
machine.add('relation-get', `echo '{"bucket":"b","secret-extra":"${uri}"}'`)

function openCharm(): Charm {
  const env = {
    ...process.env,
    JUJU_UNIT_NAME: 'etcd/0',
    JUJU_MODEL_UUID: '5f0a2c6e-0000-4000-8000-000000000000',
    JUJU_CHARM_DIR: '/nowhere',
    JUJU_DISPATCH_PATH: 'hooks/update-status',
  }
  return { context: readContext(env), juju: openJuju(env), now: 0, deadline: AbortSignal.abort() }
}

async function offerOf(secret: string) {
  const charm = openCharm()
  const asked = { request: '', prefix: '/a/', echo: {}, secret }
  return readOffer(charm, charm.juju.relationId(5), asked, { ledger: emptyLedger, sweep: true })
}

const rows: readonly (readonly [words: string, exit: number, code: string])[] = [
  ['permission denied', 1, 'secret-denied'],
  ['secret "c000000000000000000g" not found', 1, 'secret-not-found'],
  // An agent that is stricter than this charm.
  [`secret URI "${uri}" not valid`, 2, 'secret-unreadable'],
  [
    'creating remote secret client: no completed redirect for model "0b2f5c0d-6f0f-4b0e-8c5d-4d4b3a2a1f0e": model not redirected',
    1,
    'secret-unreadable',
  ],
  [
    'Get "https://vault:8200/v1/sys": dial tcp 10.0.0.9:8200: connect: connection refused',
    1,
    'secret-unreadable',
  ],
]

for (const [words, exit, code] of rows)
  test(`to "${words}" the requirer is told ${code}, and a store is none yet`, async () => {
    machine.add('secret-get', `echo 'ERROR ${words}' >&2; exit ${exit}`)
    assert.deepEqual(await offerOf(uri), {
      kind: 'unreadable',
      code,
      detail: '',
      secret: 'c000000000000000000g',
    })
    const [store] = await readStores(openCharm(), { bucket: '', path: '', authorities: '' })
    assert.deepEqual([store?.seen.relation, store?.seen.state, store?.settings], [3, 'incomplete', undefined])
  })

test('what Juju takes for no URI is not asked for', async () => {
  machine.add('secret-get', 'exit 3')
  for (const text of ['secret:c0000000000000000001', 'secret:c000000000000000000w', 'secret://x/y'])
    assert.equal((await offerOf(text)).kind, 'refused', text)
  assert.ok(!machine.calls().some((line) => line.startsWith('secret-get') && line.includes('0001')))
})

test('that this unit leads no more is no word about the secret', async () => {
  machine.add('secret-get', `echo 'ERROR lease not held' >&2; exit 1`)
  await assert.rejects(offerOf(uri), NotLeader)
})
