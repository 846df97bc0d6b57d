import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { describeAttention } from '../../../../src/charm/actions/status/attention.ts'
import { describeBackups } from '../../../../src/charm/actions/status/backups.ts'
import { describeCertificates } from '../../../../src/charm/actions/status/certificates.ts'
import { fingerprintOfPem } from '../../../../src/charm/plan/trust/unloadable.ts'
import { describeCertificate } from '../../../../src/tls/certificate.ts'
import { seeing, showing, signed, trusting, vault } from '../plan/issuers/given.ts'
import { describeClients } from '../../../../src/charm/actions/status/clients.ts'
import { printColumns, printScreen, screenWidth, wrap } from '../../../../src/charm/actions/status/screen.ts'
import { printJsonText } from '../../../../src/interfaces/json-text.ts'
import type { BackupOutcome } from '../../../../src/interfaces/backup-record.ts'
import { nothingOnDisk } from '../../../../src/charm/plan/backup/backup-seen.ts'
import { printBytes } from '../../../../src/charm/plan/print-bytes.ts'
import type { Condition } from '../../../../src/charm/step.ts'
import { accepted, relationKey, settled } from '../observation.ts'
import { withLedger } from '../observed-changes.ts'

const word = fc.stringMatching(/^[a-zA-Z0-9:;,./-]{1,120}$/)
const text = fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => words.join(' '))

function assertFits(screen: string): void {
  for (const line of screen.split('\n')) {
    assert.ok(line.length <= screenWidth, line)
    assert.equal(line, line.trimEnd())
  }
}

test('no text and no table is wider than the screen, whatever is in it, and no line ends in a space', () => {
  fc.assert(
    fc.property(text, fc.array(fc.tuple(word, word, text), { maxLength: 9 }), (told, rows) => {
      const table = printColumns(
        [{ header: 'NAME' }, { header: 'SIZE', right: true }, { header: 'STATE' }],
        rows,
      )
      assertFits(printScreen([{ name: 'a', lines: [...wrap(told), ...table], json: {} }]))
    }),
  )
})

test('a text that is wrapped loses no word', () => {
  const short = fc.array(fc.stringMatching(/^[a-z]{1,20}$/), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(short, (words) => {
      assert.deepEqual(wrap(words.join(' ')).join(' ').split(/ +/), words)
    }),
  )
})

test('a line that somebody else wrote moves no cursor and breaks no column', () => {
  const screen = printScreen([{ name: 'clients', lines: ['web \u001b[2J', 'a\u202eb'], json: {} }])
  assert.equal(screen, 'clients\n  web \\u001b[2J\n  a\\u202eb')
})

test('sizes are told in units of 1024', () => {
  assert.deepEqual([0, 999, 20_480, 25_165_824, 8_589_934_592n].map(printBytes), [
    '0 B',
    '999 B',
    '20.0 KiB',
    '24.0 MiB',
    '8.0 GiB',
  ])
})

test('of many conditions the worst come first, and how many more there are is said', () => {
  const ofClient = (nth: number): Condition => ({
    status: 'waiting',
    message: `relation ${nth} (web): no request`,
    scope: 'application',
  })
  const lost: Condition = { status: 'blocked', message: 'quorum lost', scope: 'unit', stake: 'cluster' }
  const conditions = [...Array.from({ length: 20 }, (_, nth) => ofClient(nth)), lost]
  const observed = settled()
  const { lines, json } = describeAttention({ observed, conditions, told: [] })
  assert.equal(lines[0], 'blocked: quorum lost')
  assert.equal(lines.at(-1), '+11 more: run plan')
  assert.ok(Array.isArray(json) && json.length === 21)
  assert.deepEqual(describeAttention({ observed, conditions: [], told: [] }).lines, ['nothing'])
})

test('the JSON of a thousand conditions has the worst, and how many more there are, within what Juju takes', () => {
  const conditions = Array.from(
    { length: 1000 },
    (_, nth): Condition => ({
      status: nth === 999 ? 'blocked' : 'waiting',
      message: `relation ${nth} (web): ${'x'.repeat(180)}`,
      scope: 'application',
    }),
  )
  const { json } = describeAttention({ observed: settled(), conditions, told: [] })
  assert.ok(Array.isArray(json) && json.length === 101)
  assert.ok(Buffer.byteLength(printJsonText(json)) < 60_000)
  assert.equal(json[0].message, conditions[999]?.message)
  assert.deepEqual(json[100], { status: 'waiting', message: '+900 more: run plan', more: 900 })
})

test('backups are the leader’s to tell, and that there is no store is told, too', () => {
  const observed = settled()
  assert.deepEqual(describeBackups({ observed })?.lines, ['none: no store is related'])
  assert.equal(describeBackups({ observed: { ...observed, leader: false } }), undefined)
  const newest = { id: new Date(observed.now - 50 * 3_600_000).toISOString(), size: 1 }
  const outcome: BackupOutcome = { token: 'a', at: observed.now, ended: 'done', warnings: [], newest }
  const store = {
    relation: 7,
    endpoint: 's3-credentials',
    application: 's3',
    state: 'ready',
    words: '',
  } as const
  const backup = { ...nothingOnDisk, stores: [store], outcome }
  const told = describeBackups({ observed: { ...observed, machine: { ...observed.machine, backup } } })
  assert.equal(
    told?.lines.join(' '),
    'to s3-credentials (s3); the newest was begun 2 days ago; by no schedule',
  )
})

test('clients are counted, and those that are not served are named', () => {
  const rows = Array.from(
    { length: 30 },
    (_, nth) => [relationKey(nth), accepted(`client-${nth}`, { served: nth > 0 })] as const,
  )
  const { lines } = describeClients({ observed: withLedger(settled(), rows) })
  assert.equal(lines[0], '29 served, 1 being set up')
  assert.match(lines[2] ?? '', /^web \(0\) +client-0 +being set up$/)
  assert.deepEqual(describeClients({ observed: settled() }).lines, ['none'])
})

test('the ends of certificates are told: of units, of authorities, and the first of the clients', () => {
  const rows = [[relationKey(5), accepted('web', { served: true })]] as const
  const told = describeCertificates({ observed: withLedger(settled(), rows) })?.lines.join(' ') ?? ''
  assert.match(
    told,
    /^etcd\/0 2027-09-20, authorities 2035-02-10, first of the clients' \(web\) +2027-02-22$/,
  )
})

test('of a unit that shows an issuer’s certificate, the end of that one is told', () => {
  const own = showing(trusting(seeing(undefined), vault))
  const until = Date.UTC(2027, 0, 5)
  const other = { presents: fingerprintOfPem(vault.certificate), until }
  const observed = trusting(own, vault, other)
  const told = describeCertificates({ observed })
  const end = new Date(describeCertificate(signed)?.notAfter ?? 0).toISOString()
  assert.equal(
    told?.lines.join(' ').replaceAll(/ +/g, ' ').split(', authorities')[0],
    `etcd/0 (peer-certificates) ${end.slice(0, 10)}, etcd/1 (peer-certificates) 2027-01-05`,
  )
  assert.match(told?.lines.join(' ').replaceAll(/ +/g, ' ') ?? '', /, the root of peer-certificates 20\d\d-/)
  assert.deepEqual(Array.isArray(told?.json) && told.json[0], {
    of: 'etcd/0',
    over: 'peer-certificates',
    end,
  })
})
