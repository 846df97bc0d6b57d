// A relation that Juju lists and does not show, and that nothing proves to have ended: it is left as it is, once in a hook.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Charm } from '../../../../src/charm/charm.ts'
import { observeClients } from '../../../../src/charm/observe/clients.ts'
import type { LedgerEntry } from '../../../../src/interfaces/ledger.ts'
import { NotLeader, openJuju, readContext } from '../../../../src/juju/index.ts'
import { openStandIns } from '../../machine/stand-in.ts'
import { accepted, ledgerOf, noRules, now, relationKey } from '../observation.ts'

const machine = openStandIns()
after(() => machine[Symbol.dispose]())
machine.add('juju-log', '')
machine.add('state-get', 'echo null')
machine.add('relation-ids', `echo '["etcd-client:4","etcd-client:7"]'`)
machine.add('relation-list', `case "$*" in *--app*) echo '"web"';; *) echo '["web/0"]';; esac`)
machine.add(
  'secret-info-get',
  `case "$1" in --label) name=$2;; *) name=\${1##*[:/]};; esac; echo "ERROR secret \\"$name\\" not found" >&2; exit 1`,
)
machine.add('secret-get', `echo 'ERROR permission denied' >&2; exit 1`)
machine.add('is-leader', 'echo true')

const uuid = '5f0a2c6e-0000-4000-8000-000000000000'
machine.add('relation-model-get', `echo '{"uuid":"${uuid}"}'`)

function openCharm(hook: string, more: Readonly<Record<string, string>> = {}): Charm {
  const env = {
    ...process.env,
    JUJU_UNIT_NAME: 'etcd/0',
    JUJU_MODEL_UUID: uuid,
    JUJU_CHARM_DIR: '/nowhere',
    JUJU_DISPATCH_PATH: `hooks/${hook}`,
    JUJU_HOOK_NAME: hook,
    ...more,
  }
  return { context: readContext(env), juju: openJuju(env), now, deadline: AbortSignal.timeout(60_000) }
}

const loser: LedgerEntry = {
  state: 'refused',
  application: 'web',
  protocol: 'v0',
  echo: {},
  code: 'common-name-taken',
  detail: '',
  wants: 'alice',
}
const ledger = ledgerOf(
  [
    [relationKey(4), accepted('alice', { served: true, answeredAs: 'alice' })],
    [relationKey(7), loser],
  ],
  {
    answers: new Map([
      [4, 'digest'],
      [7, 'digest'],
    ]),
  },
)

/** What Juju says of the databags of relation 7; it shows those of relation 4. */
const refusals: Readonly<Record<string, string>> = {
  'the other end is not found': `case "$*" in *"-r 7"*"- web"*) echo 'ERROR relation unit not found' >&2; exit 1;; esac`,
  'the other end is denied': `case "$*" in *"-r 7"*"- web"*) echo 'ERROR permission denied' >&2; exit 1;; esac`,
  'all but the own unit is denied': `case "$*" in *"-r 7"*"- etcd/0"*) ;; *"-r 7"*) echo 'ERROR permission denied' >&2; exit 1;; esac`,
  'all is denied, and the own unit is not in it': `case "$*" in *"-r 7"*"- etcd/0"*) echo 'ERROR relation unit not found' >&2; exit 1;; *"-r 7"*) echo 'ERROR permission denied' >&2; exit 1;; esac`,
}

for (const [what, script] of Object.entries(refusals)) {
  test(`who comes next and is not shown has no second look in the same hook: ${what}`, {
    timeout: 30_000,
  }, async () => {
    machine.add('relation-get', `${script}\necho '{}'`)
    const gone = { JUJU_RELATION: 'etcd-client', JUJU_RELATION_ID: 'etcd-client:4', JUJU_REMOTE_APP: 'web' }
    const charm = openCharm('etcd-client-relation-broken', gone)
    const seen = await observeClients(charm, { ledger, sweep: false }, noRules)
    assert.deepEqual([[...seen.relations.keys()], [...seen.gone]], [[], [4]])
  })

  test(`a sweep leaves it as it is, and compares the others: ${what}`, { timeout: 30_000 }, async () => {
    machine.add('relation-get', `${script}\necho '{}'`)
    const seen = await observeClients(openCharm('upgrade-charm'), { ledger, sweep: true }, noRules)
    assert.deepEqual([...seen.relations.keys()], [4])
    assert.ok(seen.given.has(4))
    assert.deepEqual([...seen.gone], [])
  })
}

test('who leads no more is told so, and takes no refusal for one of the relation', async () => {
  machine.add(
    'relation-get',
    `case "$*" in *"- etcd --format"*) echo 'ERROR permission denied' >&2; exit 1;; esac\necho '{}'`,
  )
  machine.add('is-leader', 'echo false')
  const observed = observeClients(openCharm('upgrade-charm'), { ledger, sweep: true }, noRules)
  await assert.rejects(observed, NotLeader)
})

test('of a request that can’t be read no secret is asked for, and the others of its list are looked at', async () => {
  const named = { resource: '/a/', 'secret-mtls': 'secret:c000000000000000000g' }
  const requests = JSON.stringify([
    { ...named, 'request-id': 'good' },
    { ...named, 'request-id': '../0' },
  ])
  machine.add('relation-get', `echo '${JSON.stringify({ version: 'v1', requests })}'`)
  const about = { JUJU_RELATION: 'etcd-client', JUJU_RELATION_ID: 'etcd-client:4', JUJU_REMOTE_APP: 'web' }
  const charm = openCharm('etcd-client-relation-changed', about)
  const seen = await observeClients(charm, { ledger: ledgerOf([]), sweep: false }, noRules)
  const relation = seen.relations.get(4)
  assert.ok(relation?.kind === 'requests')
  assert.deepEqual(
    relation.requests.map(({ asked, certificate }) => [
      asked.request,
      certificate.kind,
      'code' in certificate && certificate.code,
    ]),
    [
      ['good', 'unreadable', 'secret-denied'],
      ['row-2', 'refused', 'request-malformed'],
    ],
  )
})
