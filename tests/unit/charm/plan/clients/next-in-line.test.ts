// Who has its turn when a common name becomes free; and that nobody is read while it isn't.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noClients } from '../../../../../src/charm/observe/clients.ts'
import type { ClientsSeen } from '../../../../../src/charm/observed.ts'
import { nextInLine } from '../../../../../src/charm/plan/clients/next-in-line.ts'
import type { LedgerEntry } from '../../../../../src/interfaces/ledger.ts'
import { operatorsKey } from '../../../../../src/interfaces/operator-client.ts'
import { accepted, ledgerOf, noRules, offers, relationKey } from '../../observation.ts'

const loser: LedgerEntry = {
  state: 'refused',
  application: 'web',
  protocol: 'v0',
  echo: {},
  code: 'common-name-taken',
  detail: '',
  wants: 'Alice',
}
const ledger = ledgerOf([
  [relationKey(4), accepted('alice', { served: true, answeredAs: 'alice' })],
  [relationKey(5), loser],
  [relationKey(6), loser],
])

const seen = (relations: ClientsSeen['relations'], gone: readonly number[] = []): ClientsSeen => ({
  ...noClients,
  relations,
  gone: new Set(gone),
})

const rows: readonly (readonly [title: string, clients: ClientsSeen, next: number | undefined])[] = [
  ['while its owner keeps it, nobody', seen(new Map([[4, offers('alice')]])), undefined],
  ['in a hook about somebody else, nobody', seen(new Map([[6, offers('bob')]])), undefined],
  ['when its owner is gone, the first that wanted it', seen(new Map(), [4]), 5],
  ['when its owner asks by another name, the first', seen(new Map([[4, offers('carol')]])), 5],
  [
    'when its owner asks for no prefix any more, the first',
    seen(new Map([[4, offers('alice', { prefix: '' })]])),
    5,
  ],
  ['when the first takes it, nobody else', seen(new Map([[5, offers('alice')]]), [4]), undefined],
  ['when the first wants it no more, the second', seen(new Map([[5, offers('dora')]]), [4]), 6],
  ['when the first has gone, too, the second', seen(new Map(), [4, 5]), 6],
]

for (const [title, clients, next] of rows)
  test(`a common name that is wanted goes to: ${title}`, () => {
    assert.equal(nextInLine(ledger, clients, noRules), next)
  })

test('whom Juju did not show in this hook is passed over, and the next in line has its turn', () => {
  assert.equal(nextInLine(ledger, seen(new Map(), [4]), noRules, new Set([5])), 6)
  assert.equal(nextInLine(ledger, seen(new Map(), [4]), noRules, new Set([5, 6])), undefined)
})

test('an operator’s client that waits is looked for in no relation, whatever it waits for', () => {
  const waits = { since: 1, bytes: 100 }
  const lines: readonly LedgerEntry[] = [
    { ...loser, code: 'truststore-full', waits },
    { ...loser, code: 'truststore-full', waits: { ...waits, turn: true } },
    loser,
  ]
  for (const entry of lines) {
    const waiting = ledgerOf([
      [relationKey(4), accepted('alice')],
      [operatorsKey('ops'), entry],
    ])
    assert.equal(nextInLine(waiting, seen(new Map(), [4]), noRules), undefined)
  }
})
