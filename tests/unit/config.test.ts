import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import * as z from 'zod/mini'
import { defaults, type Options, optionNames, parseConfig, printRecord } from '../../src/config.ts'

const declared = z
  .object({ options: z.record(z.string(), z.object({ type: z.string(), default: z.unknown() })) })
  .parse(parse(readFileSync('config.yaml', 'utf8'))).options

describe('an option that is set to nothing', () => {
  // Juju 3.6 leaves it out, and 4.0 tells it as an empty text.
  for (const name of optionNames)
    it(`is named with its remedy, or is as good as unset: ${name}`, () => {
      const { inForce, problems } = parseConfig({ [name]: '' })
      assert.deepEqual(inForce, defaults)
      assert.deepEqual(
        problems.map(({ option }) => option),
        defaults[name] === '' ? [] : [name],
      )
    })
})

describe('config.yaml', () => {
  it('declares every option, and no other', () => {
    assert.deepEqual(Object.keys(declared), optionNames)
  })

  it('has the defaults that the charm goes by', () => {
    assert.deepEqual(
      Object.fromEntries(Object.entries(declared).map(([name, row]) => [name, row.default])),
      defaults,
    )
  })

  it('says nothing is wrong with its own defaults', () => {
    assert.deepEqual(parseConfig(defaults), { inForce: defaults, onRecord: defaults, problems: [] })
    assert.deepEqual(parseConfig({}), { inForce: defaults, onRecord: defaults, problems: [] })
  })
})

const accepted: readonly Options[] = [
  { 'heartbeat-interval': 10, 'election-timeout': 50 },
  { 'heartbeat-interval': 10_000, 'election-timeout': 50_000 },
  { 'heartbeat-interval': 200 },
  { 'election-timeout': 500 },
  { 'snapshot-count': 100 },
  { 'quota-backend-bytes': '16777216' },
  { 'quota-backend-bytes': '8589934592' },
  { 'auto-compaction-retention': '30m' },
  { 'auto-compaction-retention': '0' },
  { 'auto-compaction-mode': 'revision', 'auto-compaction-retention': '1000' },
  { 'auto-compaction-mode': 'revision', 'auto-compaction-retention': '0' },
  { 'max-request-bytes': 65_536 },
  { 'log-level': 'debug' },
  { 'etcd-sha256': 'AB'.repeat(32) },
  { 'allow-full-keyspace': true },
]

/** What is set, which option is named, and how its remedy begins. */
const refused: readonly (readonly [Options, string, RegExp])[] = [
  [{ 'heartbeat-interval': 9 }, 'heartbeat-interval', /^set it to 10 to/],
  [{ 'heartbeat-interval': 100.5 }, 'heartbeat-interval', /^set it to 10 to/],
  [{ 'heartbeat-interval': 201 }, 'election-timeout', /^set it to at least 1005,/],
  [{ 'election-timeout': 499 }, 'election-timeout', /^set it to at least 500,/],
  [{ 'election-timeout': 50_001 }, 'election-timeout', /^set it to 50 to/],
  [{ 'snapshot-count': 0 }, 'snapshot-count', /^set it to 100 to/],
  [{ 'quota-backend-bytes': '' }, 'quota-backend-bytes', /^set it to auto, or/],
  [{ 'quota-backend-bytes': '0' }, 'quota-backend-bytes', /^set it to auto, or/],
  [{ 'quota-backend-bytes': '8GiB' }, 'quota-backend-bytes', /^set it to auto, or/],
  [{ 'quota-backend-bytes': '16777215' }, 'quota-backend-bytes', /^set it to auto, or/],
  [{ 'quota-backend-bytes': '1e9' }, 'quota-backend-bytes', /^set it to auto, or/],
  [{ 'auto-compaction-mode': 'yearly' }, 'auto-compaction-mode', /^set it to periodic/],
  [{ 'auto-compaction-mode': 'revision' }, 'auto-compaction-retention', /^in mode revision/],
  [{ 'auto-compaction-retention': '1000' }, 'auto-compaction-retention', /^in mode periodic/],
  // Longer than etcd reckons with: it would not start.
  [{ 'auto-compaction-retention': '9999999h' }, 'auto-compaction-retention', /^set it to a time/],
  [{ 'auto-compaction-retention': '1h30m' }, 'auto-compaction-retention', /^set it to a time/],
  [{ 'max-request-bytes': 1 }, 'max-request-bytes', /^set it to 65536 to/],
  [{ 'log-level': 'loud' }, 'log-level', /^set it to one of debug,/],
  [{ 'etcd-sha256': 'ab' }, 'etcd-sha256', /^set it to 64/],
  [{ 'allow-full-keyspace': 'yes' }, 'allow-full-keyspace', /^set it to true/],
]

describe('an option', () => {
  for (const options of accepted) {
    it(`is taken: ${JSON.stringify(options)}`, () => {
      assert.deepEqual(parseConfig(options), {
        inForce: { ...defaults, ...options },
        onRecord: defaults,
        problems: [],
      })
    })
  }

  for (const [options, named, remedy] of refused) {
    it(`is refused in one message: ${JSON.stringify(options)}`, () => {
      const { inForce, problems } = parseConfig(options)
      assert.deepEqual(
        problems.map(({ option }) => option),
        [named],
      )
      assert.match(problems[0]?.remedy ?? '', remedy)
      assert.deepEqual(inForce, defaults)
    })
  }

  it('that is invalid goes on as it was on record, and the others are taken', () => {
    const record = { 'snapshot-count': 500, 'log-level': 'warn' }
    const { inForce, problems } = parseConfig({ 'snapshot-count': 1, 'log-level': 'debug' }, record)
    assert.deepEqual(inForce, { ...defaults, 'snapshot-count': 500, 'log-level': 'debug' })
    assert.equal(problems.length, 1)
  })

  it('that is right only together with another stays together with it', () => {
    const record = { 'heartbeat-interval': 300, 'election-timeout': 3000 }
    const { inForce } = parseConfig({ 'heartbeat-interval': 5, 'election-timeout': 1000 }, record)
    assert.deepEqual([inForce['heartbeat-interval'], inForce['election-timeout']], [300, 3000])
  })

  it('has one message, however many are wrong', () => {
    const { problems } = parseConfig({ 'heartbeat-interval': 0, 'election-timeout': 0, 'log-level': '' })
    assert.deepEqual(
      problems.map(({ option }) => option),
      ['election-timeout', 'heartbeat-interval', 'log-level'],
    )
  })
})

describe('the record of the options in force', () => {
  it('is empty where all are as they come', () => {
    assert.deepEqual(printRecord(defaults), {})
  })

  it('gives back what was noted', () => {
    const options = {
      'snapshot-count': 500,
      'auto-compaction-mode': 'revision',
      'auto-compaction-retention': '9',
    }
    const noted = printRecord(parseConfig(options).inForce)
    assert.deepEqual(noted, options)
    assert.deepEqual(parseConfig({ 'snapshot-count': 1 }, noted).inForce['snapshot-count'], 500)
  })

  it('may be by another version of this charm: what this one can’t use is passed over', () => {
    const record = { 'no-such-option': 1, 'snapshot-count': 'many', 'log-level': 'warn' }
    assert.deepEqual(parseConfig({ 'log-level': '' }, record).inForce, { ...defaults, 'log-level': 'warn' })
  })
})

it('what is quoted of an option that is refused is cut, and never what to set it to', () => {
  const told = (option: string, value: string): string =>
    parseConfig({ [option]: value }).problems[0]?.remedy ?? ''
  const suites = ['TLS_RSA_WITH_AES_128_CBC_SHA', 'TLS_RSA_WITH_AES_256_CBC_SHA', 'x'.repeat(10_000)]
  assert.match(told('cipher-suites', suites.join(',')), /set it to names like TLS_ECDHE_\w+, or to nothing$/)
  assert.match(told('backup-schedule', `${'5/0,'.repeat(1000)}1 * * * *`), /to five words of cron, in UTC$/)
  assert.match(told('certificate-extra-sans', '_'.repeat(10_000)), /with commas between$/)
})
