import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isLedgerKey, parseLedger, printLedger } from '../../../src/interfaces/ledger.ts'
import { accepted, ledgerOf, relationKey } from '../charm/observation.ts'

describe('the ledger', () => {
  it('reads back what it printed', () => {
    const ledger = ledgerOf(
      [
        [relationKey(1), accepted('alice')],
        [relationKey(10, 'a7363d36889e336e'), accepted('bob', { protocol: 'v1' })],
      ],
      {
        leaving: new Set(['carol@example:1.x']),
        departed: new Map([['carol@example:1.x', { number: 7, relation: 3, prefix: '/c/' }]]),
        revoked: new Map([[5, ['dave', 'erin']]]),
        suspensions: new Map([[10, { since: 1_790_000_000_000, shown: true }]]),
        answers: new Map([[1, 'digest']]),
        noted: new Map([[5, [{ code: 5010, message: 'm', resolution: 'r' }]]]),
        collectable: new Map([['client.7', relationKey(7)]]),
        crossModel: new Map([
          [1, 'live'],
          [10, 'suspended'],
        ]),
      },
    )
    assert.deepEqual(parseLedger(printLedger(ledger)), ledger)
    assert.deepEqual(
      Object.keys(printLedger(ledger)).filter((name) => !isLedgerKey(name)),
      [],
    )
  })

  it('orders relations by number, so that 2 comes before 10', () => {
    const printed = printLedger(
      ledgerOf([
        [relationKey(10), accepted('b')],
        [relationKey(2), accepted('a')],
      ]),
    )
    assert.deepEqual([...parseLedger(printed).entries.keys()], ['client.2', 'client.10'])
  })

  it('passes over rows that it cannot read, and keys that are not its own', () => {
    const ledger = parseLedger({ 'client.1': '{', 'client.x': '{}', authorities: '{}', 'clients.1': 'x' })
    assert.equal(ledger.entries.size, 0)
    assert.equal(isLedgerKey('authorities'), false)
    assert.equal(isLedgerKey('client.1'), true)
  })
})
