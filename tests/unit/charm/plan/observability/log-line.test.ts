import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineBegins, printLine } from '../../../../../src/charm/plan/observability/log-line.ts'
import { createAuthority } from '../../../../../src/tls/authority.ts'
import { isMemberId } from '../../../../../src/etcd/types.ts'
import { type Due, nothingOnDisk } from '../../../../../src/charm/plan/backup/backup-seen.ts'
import type { BackupOutcome, StoreSeen } from '../../../../../src/interfaces/backup-record.ts'
import type { Observed } from '../../../../../src/charm/observed.ts'
import { accepted, leaf, ledgerOf, now, relationKey, settled } from '../../observation.ts'

const day = 24 * 60 * 60 * 1000
const told = { hook: 'update-status', model: 'm', status: 'active', message: '' }

function say(observed: Observed, more: Partial<typeof told> = {}): Record<string, unknown> {
  const line = printLine(observed, { ...told, ...more })
  assert.match(line, /^[^\n]+\n$/)
  assert.ok(line.startsWith(lineBegins), line)
  return JSON.parse(line)
}

test('a hook says who it is of, how it left its unit, and when the certificates end', () => {
  const line = say(settled())
  assert.deepEqual(line.model, 'm')
  assert.deepEqual([line.application, line.unit, line.hook], ['etcd', 'etcd/0', 'update-status'])
  assert.deepEqual([line.authority_days, line.blocked], [3000, 0])
})

test('of the certificates that etcd shows the one with least of its life left counts, whoever issued it', async () => {
  const { machine } = settled()
  const issue = async (issuedAt: number): Promise<string> =>
    (await createAuthority({ commonName: 'a', now: new Date(issuedAt), years: 1 })).certificate
  const files = {
    ...machine.files,
    'peer-certificate': await issue(now - 1 * day),
    'server-certificate': await issue(now - 292 * day),
  }
  const line = say({ ...settled(), machine: { ...machine, files } })
  assert.ok(Math.abs(Number(line.certificate_days) - 73) < 1.5, String(line.certificate_days))
  assert.ok(Math.abs(Number(line.certificate_left) - 20) < 0.5, String(line.certificate_left))
  assert.ok(!('certificate_left' in say(settled())), 'what is no certificate says nothing')
})

test('a message that has several lines is one line all the same', () => {
  const line = say(settled(), { status: 'blocked', message: 'a\nb' })
  assert.deepEqual([line.message, line.blocked], ['a\nb', 1])
})

test('what this hook did not ask etcd is not said, and what it heard is', () => {
  const unasked = say(settled())
  assert.ok(!('no_space' in unasked) && !('access_control' in unasked))
  const member = '1234'
  if (!isMemberId(member)) return assert.fail()
  const answered = { members: undefined, accessRevision: undefined, access: undefined, orphans: [] }
  const etcd = { kind: 'up', here: true, authentication: false, ...answered } as const
  for (const [kind, no_space, corrupt] of [
    ['no-space', 1, 0],
    ['corrupt', 0, 1],
  ] as const) {
    const line = say({ ...settled(), etcd: { ...etcd, alarms: [{ member, kind }] } })
    assert.deepEqual([line.no_space, line.corrupt, line.access_control], [no_space, corrupt, 0])
  }
})

test('of clients only the leader speaks: what ends first, and how many are refused', () => {
  const refused = { application: 'web', protocol: 'v0', echo: {}, detail: '', state: 'refused' } as const
  const ledger = ledgerOf([
    [relationKey(1), accepted('a', { leaf: { ...leaf('a'), notAfter: now + 40 * day } })],
    [
      relationKey(2),
      accepted('b', { leaf: { ...leaf('b'), notBefore: now - 90 * day, notAfter: now + 2.5 * day } }),
    ],
    [relationKey(3), { ...refused, code: 'common-name-reserved' }],
    [relationKey(4), { ...refused, code: 'certificate-missing' }],
  ])
  const { peers } = settled()
  const observed = { ...settled(), peers: peers && { ...peers, ledger } }
  const line = say(observed)
  assert.deepEqual(
    [line.client_certificate_days, line.client_certificates_ending, line.requests_refused],
    [2.5, 1, 1],
  )
  const follower = say({ ...observed, leader: false })
  assert.ok(!('client_certificate_days' in follower) && !('requests_refused' in follower))
})

const store = {
  relation: 7,
  endpoint: 's3-credentials',
  application: 's3',
  state: 'ready',
  words: '',
} as const

test('of backups the leader says how many runs of the schedule the newest has missed, and whether the last one failed', () => {
  const newest = { id: new Date(now - 3 * day).toISOString(), size: 1 }
  const outcome = { token: 't', at: now, ended: 'failed' as const, warnings: [], newest }
  const { machine } = settled()
  const due = { kind: 'since', at: now, earlier: [now - 2 * day, now - 4 * day] } as const
  const observed: Observed = {
    ...settled(),
    machine: { ...machine, backup: { ...nothingOnDisk, stores: [store], outcome } },
    backup: { stores: undefined, asks: [], due, retries: false },
  }
  const line = say(observed)
  assert.deepEqual([line.backup_periods, line.backup_failed], [2, 1])
  assert.ok(!('backup_unusable' in line), 'nobody has tried one')
  const tried = (found: 'sound' | 'unusable') => {
    const verified = { ...outcome, verification: { id: newest.id, found } }
    return say({
      ...observed,
      machine: { ...machine, backup: { ...nothingOnDisk, stores: [store], outcome: verified } },
    })
  }
  assert.equal(tried('sound').backup_unusable, 0)
  assert.equal(tried('unusable').backup_unusable, 1)
  assert.ok(!('backup_failed' in say({ ...observed, leader: false })))
  const idle = { stores: undefined, asks: [], due: { kind: 'never' }, retries: false } as const
  assert.ok(!('backup_failed' in say({ ...observed, machine, backup: idle })))
})

test('a schedule of which no backup can come has failed: there is not one store that is ready', () => {
  const since = { kind: 'since', at: now, earlier: [now - day] } as const
  const waits = { ...store, state: 'incomplete', words: 'a bucket' } as const
  const failed = (due: Due, stores: readonly StoreSeen[]): unknown => {
    const backup = { stores, asks: [], due, retries: false }
    return say({ ...settled(), backup }).backup_failed
  }
  assert.equal(failed(since, []), 1, 'no store')
  assert.equal(failed(since, [waits]), 1, 'the integrator has given nothing')
  assert.equal(failed(since, [store, { ...store, relation: 8 }]), 1, 'two stores')
  assert.equal(failed(since, [store]), undefined, 'nobody has tried yet')
  assert.equal(failed({ kind: 'never' }, []), undefined)
  assert.equal(failed({ kind: 'never' }, [waits]), undefined)
})

test('a new leader that has not reached the store counts from what the one before told, until it has', () => {
  const observed = settled()
  const { peers, machine } = observed
  const own = peers?.units.get('etcd/0')
  assert.ok(peers && own)
  const before = { ...own, databag: { ...own.databag, refresh: { backup: now - 3 * day } } }
  const due = { kind: 'since', at: now, earlier: [now - 2 * day, now - 4 * day] } as const
  const periods = (outcome: BackupOutcome | undefined): unknown =>
    say({
      ...observed,
      peers: { ...peers, units: new Map([...peers.units, ['etcd/1', before]]) },
      backup: { stores: [store], asks: [], due, retries: false },
      machine: { ...machine, backup: { ...nothingOnDisk, stores: [store], outcome } },
    }).backup_periods
  const failure = { kind: 'unavailable', words: 'no answer' } as const
  const outcome = { token: 't', at: now, warnings: [] }
  assert.equal(periods(undefined), 2)
  assert.equal(periods({ ...outcome, ended: 'failed', failure }), 2)
  assert.equal(periods({ ...outcome, ended: 'done' }), undefined, 'the store has none')
  const newest = { id: new Date(now - day).toISOString(), size: 1 }
  assert.equal(periods({ ...outcome, ended: 'done', newest }), 1)
})

test('a release that lies ready, or is in place and does not run yet, waits', () => {
  const running = {
    version: '3.6.4',
    archive: 'old',
    configuration: '',
    authorities: '',
    leaves: [],
    guarded: true,
  }
  const release = { kind: 'binaries', version: '3.6.5', archive: 'new' } as const
  const current = { ...release, version: '3.6.4', archive: 'old' }
  const machine = { ...settled().machine, loaded: running, workload: current }
  const waits = (more: Partial<Observed['machine']>): unknown =>
    say({ ...settled(), machine: { ...machine, ...more } }).refresh_waits
  assert.deepEqual(
    [waits({}), waits({ prepared: release }), waits({ workload: release }), waits({ loaded: undefined })],
    [0, 1, 1, undefined],
  )
})

test('no certificate, key or address is in it', () => {
  const ledger = ledgerOf([[relationKey(1), accepted('a')]])
  const { peers } = settled()
  const line = printLine({ ...settled(), peers: peers && { ...peers, ledger } }, told)
  assert.doesNotMatch(line, /BEGIN|fingerprint|serial|10\.0\.0/)
})
