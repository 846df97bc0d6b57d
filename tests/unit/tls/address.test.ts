// Addresses as certificates hold them, however Node spells them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressBytes } from '../../../src/tls/address.ts'

const cases: readonly (readonly [address: string, hex: string])[] = [
  ['10.0.0.1', '0a000001'],
  ['::', '0'.repeat(32)],
  ['::1', `${'0'.repeat(31)}1`],
  ['fd00::9999', `fd00${'0'.repeat(24)}9999`],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['::ffff:10.0.0.1', `${'0'.repeat(20)}ffff0a000001`],
  ['::FFFF:a00:1', `${'0'.repeat(20)}ffff0a000001`],
  ['::10.0.0.1', `${'0'.repeat(24)}0a000001`],
  ['::1:2', `${'0'.repeat(24)}00010002`],
  ['64:ff9b::192.0.2.33', `0064ff9b${'0'.repeat(16)}c0000221`],
  ['1:2:3:4:5:6:192.0.2.33', '000100020003000400050006c0000221'],
]

test('an address is 4 or 16 bytes, whatever its spelling', () => {
  for (const [address, hex] of cases) assert.equal(addressBytes(address).toString('hex'), hex, address)
})
