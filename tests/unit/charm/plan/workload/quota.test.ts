import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import type { MachineSeen, Observed } from '../../../../../src/charm/observed.ts'
import { automaticQuota, planQuota, waitedForWhenFull } from '../../../../../src/charm/plan/workload/quota.ts'
import { parseConfig } from '../../../../../src/config.ts'
import { settled } from '../../observation.ts'
import { running } from '../../observed-changes.ts'
import { member, statusOf } from '../cluster/members.ts'

const MiB = 1024 * 1024
const GiB = 1024 * MiB

describe('the automatic quota', () => {
  const rows = [
    { memory: 64 * GiB, disk: 1000 * GiB, quota: 8 * GiB, because: 'etcd advises no more' },
    { memory: 4 * GiB, disk: 1000 * GiB, quota: 2 * GiB, because: 'memory is short' },
    { memory: 64 * GiB, disk: 3 * GiB, quota: GiB, because: 'the disk is small' },
    { memory: 4 * GiB + 5, disk: 1000 * GiB, quota: 2 * GiB, because: 'it goes in steps' },
    { memory: 64 * GiB, disk: 20 * MiB, quota: 16 * MiB, because: 'there is a least' },
  ]
  for (const { memory, disk, quota, because } of rows) {
    it(`is ${quota / MiB} MiB, since ${because}`, () => {
      assert.equal(automaticQuota({ memoryBytes: memory, diskBytes: disk }), quota)
    })
  }
})

const capacity = { memoryBytes: 4 * GiB, diskBytes: 1000 * GiB, freeBytes: 900 * GiB }

interface Case {
  readonly option: string
  readonly before?: number
  /** It is the operator's number. */
  readonly signed?: boolean
  readonly machine?: Partial<MachineSeen>
  readonly record?: string
}

function seen({ option, before, signed = false, machine = {}, record }: Case): Observed {
  const observed = settled()
  const sign = signed ? "# The quota is the operator's.\n" : ''
  const files = before === undefined ? {} : { configuration: `a: 1\nquota-backend-bytes: ${before}\n${sign}` }
  return {
    ...observed,
    config: parseConfig(
      { 'quota-backend-bytes': option },
      record === undefined ? {} : { 'quota-backend-bytes': record },
    ),
    machine: { ...observed.machine, files, ...machine },
  }
}

describe('the quota of a member', () => {
  const rows: readonly (Case & { name: string; bytes: number | undefined; refused?: boolean })[] = [
    { name: 'is what the option says', option: '104857600', bytes: 100 * MiB },
    { name: 'follows the machine', option: 'auto', machine: { capacity }, bytes: 2 * GiB },
    {
      name: 'follows the machine once the operator leaves it to the charm, whatever the database would notice',
      option: 'auto',
      before: 128 * MiB,
      signed: true,
      machine: { capacity, databaseBytes: 24 * MiB },
      bytes: 2 * GiB,
    },
    {
      name: 'is the number of before in hooks that do not look at the machine',
      option: 'auto',
      before: 128 * MiB,
      signed: true,
      bytes: 128 * MiB,
    },
    {
      name: 'stays when the disk has grown and the database would not notice',
      option: 'auto',
      before: GiB,
      machine: { capacity, databaseBytes: 500 * MiB },
      bytes: GiB,
    },
    {
      name: 'grows with the disk once the database has half of it',
      option: 'auto',
      before: GiB,
      machine: { capacity, databaseBytes: 512 * MiB },
      bytes: 2 * GiB,
    },
    {
      name: 'stays when a shared pool has shrunk and the database would not notice',
      option: 'auto',
      before: 4 * GiB,
      machine: { capacity, databaseBytes: GiB - MiB },
      bytes: 4 * GiB,
    },
    {
      name: 'shrinks with a shared pool before the database fills what is left',
      option: 'auto',
      before: 4 * GiB,
      machine: { capacity, databaseBytes: GiB },
      bytes: 2 * GiB,
    },
    { name: 'stays where nobody looked at the machine', option: 'auto', before: 3 * GiB, bytes: 3 * GiB },
    { name: 'is left to etcd where nothing is known', option: 'auto', bytes: undefined },
    {
      name: 'is lowered while the database fits',
      option: '104857600',
      before: GiB,
      machine: { databaseBytes: 90 * MiB },
      bytes: 100 * MiB,
    },
    {
      name: 'is not lowered below what the database has',
      option: '104857600',
      before: GiB,
      machine: { databaseBytes: 101 * MiB },
      bytes: GiB,
      refused: true,
    },
    {
      name: 'is raised above what the database has, where the old one is not known',
      option: '104857600',
      machine: { databaseBytes: 120 * MiB },
      bytes: 128 * MiB,
      refused: true,
    },
    {
      name: 'is no news once the database has grown past it',
      option: '104857600',
      before: 100 * MiB,
      machine: { databaseBytes: 101 * MiB },
      bytes: 100 * MiB,
    },
    {
      name: 'stays when the machine has become too small for its database',
      option: 'auto',
      before: 4 * GiB,
      machine: { capacity, databaseBytes: 3 * GiB },
      bytes: 4 * GiB,
    },
  ]
  for (const { name, bytes, refused = false, ...of } of rows) {
    it(name, () => assert.deepEqual(planQuota(seen(of)), { bytes, refused }))
  }

  it('stays while a pool that others use grows and shrinks, whatever the database has of it', () => {
    const sizes = [3000, 3300, 2700, 3400, 3600, 2500, 3050].map((size) => size * MiB)
    for (const share of [0, 0.3, 0.6, 0.75]) {
      let before = automaticQuota({ memoryBytes: 64 * GiB, diskBytes: 3000 * MiB })
      const databaseBytes = Math.floor(before * share)
      for (const diskBytes of sizes) {
        const machine = {
          capacity: { memoryBytes: 64 * GiB, diskBytes, freeBytes: diskBytes },
          databaseBytes,
        }
        const { bytes } = planQuota(seen({ option: 'auto', before, machine }))
        assert.equal(bytes, before, `${diskBytes / MiB} MiB at ${share}`)
        before = bytes ?? before
      }
    }
  })

  it('is at first the one on record, for a unit that joins', () => {
    const observed = seen({ option: '104857600', record: '1073741824', machine: { data: false } })
    assert.equal(planQuota({ ...observed, unit: 'etcd/1' }).bytes, GiB)
    assert.equal(planQuota(observed).bytes, 100 * MiB, 'the founder has nobody to follow')
  })

  it('that was refused blocks, names the option, and is not noted as in force', () => {
    const observed = seen({
      option: '104857600',
      record: '1073741824',
      before: GiB,
      machine: { databaseBytes: 101 * MiB },
    })
    const peers = observed.peers && {
      ...observed.peers,
      application: { ...observed.peers.application, options: { 'quota-backend-bytes': '1073741824' } },
    }
    const { conditions, writes } = decide({ ...observed, peers })
    assert.match(
      conditions[0]?.message ?? '',
      /^option quota-backend-bytes is invalid; the database has 101 MiB/,
    )
    assert.equal(conditions[0]?.status, 'blocked')
    assert.ok(writes.every(({ kind }) => kind !== 'options/write'))
  })
})

describe('who restarts first where a full database takes no lock', () => {
  const dbSize = 100n * BigInt(MiB)
  const members = [0, 1, 10].map((nth) => member(nth, { status: statusOf(member(nth).id, { dbSize }) }))

  /** Seen by etcd/1, which runs with 100 MiB. */
  function waitsFor(
    option: string,
    told: Readonly<Record<string, number>>,
    away = false,
  ): string | undefined {
    const observed = running(seen({ option }))
    const { peers, machine } = observed
    assert.ok(peers && machine.loaded)
    const own = peers.units.get('etcd/0')
    assert.ok(own)
    const rows = Object.entries(told).map(
      ([unit, quota]) => [unit, { ...own, databag: { ...own.databag, quota } }] as const,
    )
    const seenMembers = members.map((row) => ({ ...row, responds: !away || row.name !== 'etcd-0' }))
    const self = seenMembers[1]
    assert.ok(self)
    return waitedForWhenFull(
      {
        ...observed,
        unit: 'etcd/1',
        peers: { ...peers, units: new Map(rows) },
        machine: { ...machine, loaded: { ...machine.loaded, quota: 100 * MiB } },
      },
      seenMembers,
      self,
    )?.name
  }

  const [low, high] = [100 * MiB, 200 * MiB]

  it('is nobody whom that would help nothing', () => {
    assert.equal(waitsFor(String(low), { 'etcd/0': high, 'etcd/1': low, 'etcd/10': low }), 'etcd-1')
  })

  it('is the one before it, until that runs with more', () => {
    assert.equal(waitsFor(String(high), { 'etcd/0': low, 'etcd/1': low, 'etcd/10': low }), 'etcd-0')
    assert.equal(waitsFor(String(high), { 'etcd/0': high, 'etcd/1': low, 'etcd/10': low }), undefined)
  })

  it('is not one that had room all along, though less than this one is to get', () => {
    assert.equal(waitsFor(String(high), { 'etcd/0': 150 * MiB, 'etcd/1': low }), undefined)
  })

  it('is not one that is away', () => {
    assert.equal(waitsFor(String(high), { 'etcd/0': low, 'etcd/1': low }, true), undefined)
  })
})
