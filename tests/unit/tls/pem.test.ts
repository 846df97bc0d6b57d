import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pemBlocks, writePem } from '../../../src/tls/pem.ts'

const der = Buffer.from('0123456789')
const block = writePem('CERTIFICATE', der)

const rows: readonly (readonly [string, string, readonly string[]])[] = [
  ['one block', block, ['CERTIFICATE']],
  [
    'text around and between',
    `x\n${block}\ny ${writePem('PRIVATE KEY', der)} z`,
    ['CERTIFICATE', 'PRIVATE KEY'],
  ],
  ['another end', block.replace('END CERTIFICATE', 'END PRIVATE KEY'), []],
  ['no end', block.slice(0, -30), []],
  ['a key inside', block.replace('\n', `\n${writePem('EC PRIVATE KEY', der)}`), ['EC PRIVATE KEY']],
  ['a second beginning', `-----BEGIN CERTIFICATE-----\n${block}`, ['CERTIFICATE']],
  ['nothing', '', []],
]
for (const [name, text, labels] of rows) {
  test(`PEM blocks of ${name}: ${labels.join(', ') || 'none'}`, () => {
    const found = pemBlocks(text)
    assert.deepEqual(
      found.map((row) => row.label),
      labels,
    )
    for (const row of found) assert.deepEqual(row.der, der)
  })
}

test('a megabyte of beginnings is read through once, not once for each', { timeout: 10_000 }, () => {
  assert.deepEqual(pemBlocks('-----BEGIN CERTIFICATE-----\n'.repeat(40_000)), [])
})
